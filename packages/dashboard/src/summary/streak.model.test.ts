import { expect, it } from 'vitest'
import { noStreak, streakAfter } from './streak.model.ts'

const failed = (atMs: number, status = 503) => ({ atMs, status, code: 'STORE_UNAVAILABLE', detail: '', retryAtMs: 0 })

it('rounds that fail in a row are counted, from the first one on', () => {
  const first = streakAfter(noStreak, [failed(1_000), failed(1_020, 0)])
  expect(first).toEqual({ count: 1, sinceMs: 1_000, lastAtMs: 1_020 })
  expect(streakAfter(first, [failed(3_000), failed(1_020)])).toEqual({ count: 2, sinceMs: 1_000, lastAtMs: 3_000 })
})

it('an old failure that was not asked again is not counted twice', () => {
  const first = streakAfter(noStreak, [failed(1_000)])
  expect(streakAfter(first, [failed(1_000)])).toBe(first)
})

it('ends with a round in which nothing failed, or only what asking again does not mend', () => {
  const streak = { count: 3, sinceMs: 1, lastAtMs: 9 }
  expect([streakAfter(streak, []), streakAfter(streak, [failed(20, 404)])]).toEqual([noStreak, noStreak])
})
