import { expect, it } from 'vitest'
import { ago, shortAge } from './age.model.ts'

it.each([
  [59_999, 'now'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [3_600_000, '1 h'],
  [86_400_000, '1 d'],
  [29 * 86_400_000, '29 d'],
])('%i ms ago is %s', (ago, text) => {
  const now = Date.UTC(2026, 5, 30, 12)
  expect(shortAge(now - ago, now)).toBe(text)
})

it('what is older than a month has its date, with the year where it is another one', () => {
  expect(shortAge(Date.UTC(2026, 2, 3, 12), Date.UTC(2026, 5, 30))).toBe('3 Mar')
  expect(shortAge(Date.UTC(2024, 2, 3, 12), Date.UTC(2026, 5, 30))).toBe('3 Mar 2024')
})

it('in a sentence a time ago is said to be ago, and a date is not', () => {
  const now = Date.UTC(2026, 5, 30)
  expect([now, now - 120_000, Date.UTC(2026, 2, 3, 12)].map((atMs) => ago(atMs, now))).toEqual(['now', '2 min ago', '3 Mar'])
})
