import { expect, it } from 'vitest'
import { sparkOf } from './sparkline.model.ts'

it('a gap in the data stays a gap', () => {
  const { lines } = sparkOf([
    [0, 1],
    [1, 2],
    [2, null],
    [3, 2],
    [4, 1],
  ])
  expect(lines).toEqual(['M0 51L25 6', 'M75 6L100 51'])
})

it('starts at 0, so that a change of one percent does not look like a cliff', () => {
  const { lines } = sparkOf([
    [0, 100],
    [1, 99],
  ])
  expect(lines).toEqual(['M0 6L100 6.9'])
})

it('shows the limit where it is near, and leaves it out where it would press the line flat', () => {
  const points = [
    [0, 1],
    [1, 1],
  ] as [number, number][]
  expect([sparkOf(points, 2).limit, sparkOf(points, 100).limit]).toEqual([6, null])
})

it('nothing measured is no line at all', () => {
  expect(sparkOf([])).toEqual({ lines: [], areas: [], limit: null, end: null })
  expect(sparkOf([[0, null]]).end).toBeNull()
})
