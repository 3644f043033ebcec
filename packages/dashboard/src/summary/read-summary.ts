import { ApiError, createClient } from '@millrace/contract'
import type { Source } from '../source.ts'
import { ReadFailure, unreachable } from './entry.ts'
import type { Failure, Read } from './entry.ts'
import { budgetOf } from './refresh-policy.model.ts'

/** A request that is not answered by then is given up, ms. */
const patienceMs = 15_000

/** How the feed reads from a server: one request, answered with 304 where nothing is new. */
export function summaryReader({ baseUrl, token }: Pick<Source, 'baseUrl' | 'token'>): Read {
  return async (query, { etag, isFresh }) => {
    let response: Response | undefined
    // The browser's own cache would answer a 304 as if it were new, and hide what is left of the limit.
    const seen: typeof fetch = async (input, init) => (response = await fetch(input, { ...init, cache: 'no-store' }))
    const client = createClient({ baseUrl, fetch: seen, ...(token === undefined ? {} : { token }) })
    const headers = { ...(etag === undefined ? {} : { 'if-none-match': etag }), ...(isFresh ? { 'cache-control': 'no-cache' } : {}) }
    const budget = () => budgetOf(response?.headers.get('ratelimit') ?? null, Date.now())
    try {
      const summary = await client.getSummary({ query, headers, signal: AbortSignal.timeout(patienceMs) })
      return { summary, etag: response?.headers.get('etag') ?? undefined, budget: budget() }
    } catch (error) {
      if (response?.status === 304) return { summary: undefined, etag, budget: budget() }
      throw new ReadFailure(failureOf(error), budget())
    }
  }
}

/** What a request that threw `error` failed by: the server's own words, or that none came. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) {
    const { status, code, message, retryAfterSeconds = 0 } = error
    const retryAtMs = retryAfterSeconds === 0 ? 0 : Date.now() + retryAfterSeconds * 1_000
    return { atMs: Date.now(), status, code, detail: message, retryAtMs }
  }
  const isLate = error instanceof DOMException && error.name === 'TimeoutError'
  const detail = isLate ? `No answer came within ${patienceMs / 1_000} s.` : 'Nothing answers at its address.'
  return { atMs: Date.now(), status: 0, code: isLate ? 'TIMEOUT' : unreachable, detail, retryAtMs: 0 }
}
