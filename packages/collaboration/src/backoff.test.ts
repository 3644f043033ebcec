import { expect, it } from 'vitest'
import { waitBefore } from './backoff.ts'

it('waits twice as long after each failure, up to the longest, and by chance up to half of it less', () => {
  const waits = (chance: number) => [0, 1, 2, 5, 50].map((failures) => waitBefore(failures, {}, chance))
  expect(waits(1)).toEqual([500, 1_000, 2_000, 15_000, 15_000])
  expect(waits(0)).toEqual([250, 500, 1_000, 7_500, 7_500])
})
