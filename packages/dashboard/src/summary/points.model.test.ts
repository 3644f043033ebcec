import { expect, it } from 'vitest'
import { firstOf, lastOf, meanOf, youngSinceMs } from './points.model.ts'

const gaps: [number, number | null][] = [
  [0, null],
  [1, 4],
  [2, null],
  [3, 8],
  [4, null],
]

it('gaps are passed over: they are no value, and never 0', () => {
  expect([firstOf(gaps), lastOf(gaps), meanOf(gaps)]).toEqual([4, 8, 6])
})

it('nothing measured is null', () => {
  expect([firstOf([]), lastOf([[0, null]]), meanOf([[0, null]])]).toEqual([null, null, null])
})

it('says from when on there are values where that is less than half of the range', () => {
  const from = (first: number) => Array.from({ length: 10 }, (_, at) => [at, at < first ? null : 1] as [number, number | null])
  expect([from(9), from(5), from(4), from(0), from(10), []].map(youngSinceMs)).toEqual([9, 5, null, null, null, null])
})
