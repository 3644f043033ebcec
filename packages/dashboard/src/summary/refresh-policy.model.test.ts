import { describe, expect, it } from 'vitest'
import { budgetOf, mayAsk, paceOf } from './refresh-policy.model.ts'
import { noStreak } from './streak.model.ts'

const minute = 60_000
/** A quarter past some hour: the start of a minute. */
const now = 1_795_598_100_000
const pace = (more: Partial<Parameters<typeof paceOf>[0]>) =>
  paceOf({ nowMs: now, lastAskedMs: now, budget: null, waitUntilMs: 0, reads: 1, streak: noStreak, jitterMs: 0, ...more })

describe('the header of the limit', () => {
  it('says how many requests are left, and for how long', () => {
    expect(budgetOf('"performance";r=37;t=412', now)).toEqual({ remaining: 37, resetAtMs: now + 412_000 })
  })

  it('nothing is known without it', () => {
    expect([budgetOf(null, now), budgetOf('nonsense', now)]).toEqual([null, null])
  })
})

describe('the pace', () => {
  it('is one read each 30 s, 3 s after the collector wrote', () => {
    expect(pace({})).toEqual({ intervalMs: 30_000, nextAtMs: now + 33_000, slowUntilMs: null })
    expect(pace({ lastAskedMs: now + 33_000 }).nextAtMs).toBe(now + 63_000)
  })

  it('is never closer than 15 s to the last read, and never further than 45 s', () => {
    for (let late = 0; late < 60; late++) {
      const wait = pace({ lastAskedMs: now + late * 1_000 }).nextAtMs - (now + late * 1_000)
      expect(wait).toBeGreaterThanOrEqual(15_000)
      expect(wait).toBeLessThanOrEqual(45_000)
    }
  })

  it('keeps up while what is left lasts at the full price', () => {
    expect(pace({ budget: { remaining: 40, resetAtMs: now + 15 * minute } }).intervalMs).toBe(30_000)
  })

  it('slows down to whole minutes when it would not last, and says until when', () => {
    expect(pace({ budget: { remaining: 30, resetAtMs: now + 15 * minute } })).toMatchObject({
      intervalMs: 60_000,
      slowUntilMs: now + 15 * minute,
    })
    expect(pace({ budget: { remaining: 18, resetAtMs: now + 15 * minute } }).intervalMs).toBe(120_000)
  })

  it('three pages in three tabs cost three', () => {
    expect(pace({ reads: 3, budget: { remaining: 50, resetAtMs: now + 15 * minute } }).intervalMs).toBe(120_000)
  })

  it('waits out a limit that is spent', () => {
    expect(pace({ budget: { remaining: 0, resetAtMs: now + 10 * minute } }).nextAtMs).toBe(now + 10 * minute)
  })

  it.each([
    [1, 2],
    [2, 5],
    [3, 10],
  ])('failure %i in a row is followed by the next try after %i s', (count, seconds) => {
    const streak = { count, sinceMs: now - 20_000, lastAtMs: now + 300 }
    expect(pace({ streak }).nextAtMs).toBe(now + 300 + seconds * 1_000)
  })

  it('after that is the usual one, and so it is where haste would touch what is kept back for the reader', () => {
    const streak = { count: 4, sinceMs: now - 60_000, lastAtMs: now }
    expect(pace({ streak }).nextAtMs).toBe(pace({}).nextAtMs)
    const budget = { remaining: 12, resetAtMs: now + 15 * minute }
    expect(pace({ streak: { ...streak, count: 1 }, reads: 3, budget }).nextAtMs).toBe(pace({ reads: 3, budget }).nextAtMs)
  })

  it('hastens after a failure no more than the server allows', () => {
    const streak = { count: 1, sinceMs: now, lastAtMs: now }
    expect(pace({ streak, waitUntilMs: now + 9_000 }).nextAtMs).toBe(now + 9_000)
  })

  it('does not come before the server said', () => {
    expect(pace({ waitUntilMs: now + 200_000 })).toMatchObject({ nextAtMs: now + 200_000, slowUntilMs: now + 200_000 })
  })
})

it('asks only what would be answered', () => {
  expect(mayAsk(null, 0, now)).toBe(true)
  expect(mayAsk({ remaining: 0, resetAtMs: now + 1 }, 0, now)).toBe(false)
  expect(mayAsk({ remaining: 0, resetAtMs: now }, 0, now)).toBe(true)
  expect(mayAsk({ remaining: 9, resetAtMs: now + 1 }, now + 1, now)).toBe(false)
})
