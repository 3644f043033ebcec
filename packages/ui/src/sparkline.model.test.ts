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
  expect(sparkOf([])).toEqual({ lines: [], areas: [], dots: [], limit: null })
  expect(sparkOf([[0, null]]).dots).toEqual([])
})

it('a value without a neighbour is a dot, for no line reaches it; and so is the last one', () => {
  const { lines, dots } = sparkOf([
    [0, 2],
    [1, null],
    [2, 1],
    [3, 2],
    [4, null],
  ])
  expect(lines).toEqual(['M50 51L75 6'])
  expect(dots).toEqual([
    { x: 0, y: 6 },
    { x: 75, y: 6 },
  ])
  expect(
    sparkOf([
      [0, null],
      [1, 3],
    ]),
  ).toMatchObject({ lines: [], dots: [{ x: 100, y: 6 }] })
})
