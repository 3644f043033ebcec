import { ApiError, isProblem } from '@millrace/contract'
import type { Summary } from '@millrace/contract'
import type { Source } from '../source.ts'
import { ReadFailure } from './entry.ts'
import type { Read, Reading } from './entry.ts'
import { budgetOf } from './refresh-policy.model.ts'

/** A request that is not answered by then is given up, ms. */
const patienceMs = 15_000

/** How the feed reads from a server: one request, answered with 304 where nothing is new. */
export function summaryReader({ baseUrl, token }: Pick<Source, 'baseUrl' | 'token'>): Read {
  return async (wanted, { etag, isFresh }) => {
    try {
      const bearer = typeof token === 'function' ? await token() : token
      const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/api/performance/summary?${new URLSearchParams({ ...wanted })}`, {
        credentials: 'same-origin',
        cache: 'no-store',
        headers: {
          accept: 'application/json',
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...(etag === undefined ? {} : { 'if-none-match': etag }),
          ...(isFresh ? { 'cache-control': 'no-cache' } : {}),
        },
        signal: AbortSignal.timeout(patienceMs),
      })
      return await readingOf(response, etag)
    } catch (error) {
      throw error instanceof ReadFailure ? error : unanswered(error)
    }
  }
}

async function readingOf(response: Response, etag: string | undefined): Promise<Reading> {
  const budget = budgetOf(response.headers.get('ratelimit'), Date.now())
  if (response.status === 304) return { summary: undefined, etag, budget }
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.status === 200 && answer !== undefined) {
    return { summary: answer as Summary, etag: response.headers.get('etag') ?? undefined, budget }
  }
  const { status, code, message } = new ApiError(response.status, isProblem(answer) ? answer : undefined, undefined)
  const waitSeconds = Number(response.headers.get('retry-after') ?? 0) || 0
  const retryAtMs = waitSeconds === 0 ? 0 : Date.now() + waitSeconds * 1_000
  throw new ReadFailure({ atMs: Date.now(), status, code, detail: message, retryAtMs }, budget)
}

function unanswered(error: unknown): ReadFailure {
  const isLate = error instanceof DOMException && error.name === 'TimeoutError'
  const detail = isLate ? `No answer came within ${patienceMs / 1_000} s.` : 'Nothing answers at its address.'
  return new ReadFailure({ atMs: Date.now(), status: 0, code: isLate ? 'TIMEOUT' : 'UNREACHABLE', detail, retryAtMs: 0 }, null)
}
