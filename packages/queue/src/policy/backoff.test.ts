import { describe, expect, it } from 'vitest'
import { backoffMs, maxBackoffMs } from './backoff.ts'

const rule = { maxRetries: 3, retryDelay: 1, retryJitter: 0 }

describe('backoffMs', () => {
  it('three attempts are two waits, ×1 and ×2, then the message is dead', () => {
    expect([1, 2, 3, 4].map((failed) => backoffMs(failed, rule))).toEqual([1000, 2000, undefined, undefined])
  })

  it('one attempt is no wait at all', () => {
    expect(backoffMs(1, { ...rule, maxRetries: 1 })).toBeUndefined()
  })

  it('doubles each time and never waits longer than 15 minutes', () => {
    const waits = Array.from({ length: 999 }, (_, index) => backoffMs(index + 1, { ...rule, maxRetries: 1000, retryDelay: 2 }))
    expect(waits.slice(0, 5)).toEqual([2000, 4000, 8000, 16_000, 32_000])
    expect(Math.max(...(waits as number[]))).toBe(maxBackoffMs)
    expect(waits.at(-1)).toBe(900_000)
  })

  it('a first delay above the cap is the cap, a delay of 0 stays 0', () => {
    expect(backoffMs(1, { ...rule, retryDelay: 86_400 })).toBe(maxBackoffMs)
    expect(backoffMs(2, { ...rule, retryDelay: 0 })).toBe(0)
  })

  it('jitter takes off at most its part', () => {
    expect(backoffMs(2, { ...rule, retryJitter: 0.5 }, 0)).toBe(2000)
    expect(backoffMs(2, { ...rule, retryJitter: 0.5 }, 1)).toBe(1000)
  })
})
