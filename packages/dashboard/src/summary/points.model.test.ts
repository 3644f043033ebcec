import { expect, it } from 'vitest'
import { firstOf, lastOf, meanOf } from './points.model.ts'

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
