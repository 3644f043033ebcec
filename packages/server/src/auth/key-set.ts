import type { Log } from '@millrace/connection'
import { createRemoteJWKSet, customFetch } from 'jose'
import type { FetchImplementation, JWTVerifyGetKey } from 'jose'

/** An answer may take this long, ms. */
const answerMs = 3_000
/** Keys are used this long before they are fetched again, ms. */
const freshMs = 10 * 60_000
/** A key that is not known is asked for at most this often, ms. */
const unknownMs = 30_000
/** After a failure nobody waits for another one, ms. */
const failedMs = 5_000
/** Keys go on being used for so long while nobody tells newer ones, ms. */
const keptMs = 60 * 60_000
/** A set of keys has some KB. */
const longestBytes = 1_048_576

/**
 * The keys of an issuer, fetched at once and kept: for 10 min, and for an hour while their server does not answer, which is logged. A key
 * that is not among them is looked for at most every 30 s, so a rotated one holds within that time. What answers more than 1 MiB, with
 * another status than 200 (a redirect too), later than 3 s or with something else than keys has not answered.
 */
export function openKeySet(url: string, log?: Log): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: answerMs,
    cooldownDuration: unknownMs,
    cacheMaxAge: freshMs,
    [customFetch]: keepingFetch(log),
  })
  // A wrong address is seen at the start, not with the first token.
  void keys.reload().catch(() => undefined)
  return keys
}

/** Answers with the last good set where there is no other. */
function keepingFetch(log: Log | undefined): FetchImplementation {
  let good: { readonly text: string; readonly atMs: number } | undefined
  let failed: { readonly error: unknown; readonly atMs: number } | undefined
  const last = () => {
    if (good !== undefined && Date.now() - good.atMs < keptMs) return new Response(good.text)
    throw failed?.error
  }
  return async (url, init) => {
    if (failed !== undefined && Date.now() - failed.atMs < failedMs) return last()
    try {
      const text = await readKeys(await fetch(url, init))
      if (failed !== undefined) log?.info({ url }, 'the keys that verify tokens can be fetched again')
      good = { text, atMs: Date.now() }
      failed = undefined
      return new Response(text)
    } catch (error) {
      failed = { error, atMs: Date.now() }
      const until = good === undefined ? undefined : new Date(good.atMs + keptMs).toISOString()
      const meanwhile =
        until === undefined ? 'every token is answered with 503 until they can' : `those that are known are used until ${until}`
      log?.warn({ url, reason: reasonOf(error) }, `the keys of JWT_JWKS_URL cannot be fetched: ${meanwhile}`)
      return last()
    }
  }
}

/** @throws Error when it is no set of keys */
async function readKeys(response: Response): Promise<string> {
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`it answers with status ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > longestBytes) throw new Error(`it answers with more than ${longestBytes} bytes`)
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString()
  const { keys } = JSON.parse(text) as { readonly keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('it answers with no set of keys')
  return text
}

/** fetch hides what went wrong behind "fetch failed". */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error
  if (name === 'TimeoutError' || name === 'AbortError') return `no answer within ${answerMs} ms`
  return cause instanceof Error ? cause.message : message
}
