import { ApiError, isProblem } from '@millrace/contract'
import type { Summary } from '@millrace/contract'
import type { Source } from '../source.ts'

/**
 * Reads one summary.
 *
 * @throws ApiError for a refusal; what `fetch` throws when nothing answers
 */
export async function readSummary(
  { baseUrl, token }: Pick<Source, 'baseUrl' | 'token'>,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Summary> {
  const bearer = typeof token === 'function' ? await token() : token
  const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/api/performance/summary?${new URLSearchParams(query)}`, {
    credentials: 'same-origin',
    headers: { accept: 'application/json', ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) },
    signal,
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.status === 200 && answer !== undefined) return answer as Summary
  throw new ApiError(response.status, isProblem(answer) ? answer : undefined, undefined)
}
