/** What decides how a failed message goes on. */
export interface RetryRule {
  /** Attempts in all before the message is dead. */
  readonly maxRetries: number
  /** Seconds before the second attempt, doubled for each further one. */
  readonly retryDelay: number
  /** Up to this part of the delay is taken off at random, 0…1. */
  readonly retryJitter: number
}

/** No wait between attempts is longer than 15 minutes, ms. */
export const maxBackoffMs = 15 * 60_000

/**
 * What follows the n-th failed attempt: `undefined` when the message is dead (n ≥ maxRetries), else how long it waits, ms:
 * retryDelay × 2^(n−1), at most 15 min. So `maxRetries: 3` is at most three attempts, with delays ×1 and ×2.
 *
 * @param failed the attempts that failed so far, this one included, 1…
 * @param random 0…1, decides the jitter
 */
export function backoffMs(failed: number, rule: RetryRule, random = Math.random()): number | undefined {
  if (failed >= rule.maxRetries) return undefined
  const full = Math.min(maxBackoffMs, rule.retryDelay * 1000 * 2 ** (failed - 1))
  return Math.round(full * (1 - rule.retryJitter * random))
}
