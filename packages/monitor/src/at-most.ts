import { setTimeout as pause } from 'node:timers/promises'

/** What `work` answers, or undefined when it takes longer than `ms`; a rejection that comes later is nobody's. */
export async function atMost<Answer>(ms: number, work: Promise<Answer>): Promise<Answer | undefined> {
  const stop = new AbortController()
  const late = pause(ms, undefined, { signal: stop.signal }).catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    stop.abort()
  }
}
