import { ApiError, createClient } from '@millrace/contract'
import type { Source } from '../source.ts'
import { ReadFailure } from './entry.ts'
import type { Watch } from './entry.ts'
import { failureOf } from './read-summary.ts'
import { budgetOf } from './refresh-policy.model.ts'

/** How the feed follows a summary: one request for as long as it is watched. */
export function summaryWatcher({ baseUrl, token }: Pick<Source, 'baseUrl' | 'token'>): Watch {
  return async function* watch(query, signal, learn) {
    const seen: typeof fetch = async (input, init) => {
      const response = await fetch(input, { ...init, cache: 'no-store' })
      learn(budgetOf(response.headers.get('ratelimit'), Date.now()))
      return response
    }
    const client = createClient({ baseUrl, fetch: seen, ...(token === undefined ? {} : { token }) })
    try {
      for await (const { event, data } of client.streamSummary({ query, signal })) {
        if (event === 'summary') yield { summary: data }
        else yield { failure: failureOf(new ApiError(data.status, data, undefined)) }
      }
    } catch (error) {
      throw new ReadFailure(failureOf(error), null)
    }
  }
}
