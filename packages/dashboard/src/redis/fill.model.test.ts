import { expect, it } from 'vitest'
import { fullInMs } from './fill.model.ts'

const minute = 60_000
const growing = (perMinute: number, points = 20) =>
  Array.from({ length: points }, (_, index): [number, number | null] => [index * minute, 100 + index * perMinute])

it('what grows evenly is full when the line reaches the limit', () => {
  expect(fullInMs(growing(1), 179)).toBeCloseTo(60 * minute, 3)
})

it('gaps do not bend the line', () => {
  const points = growing(1).map(([at, value], index): [number, number | null] => [at, index % 3 === 0 ? null : value])
  expect(fullInMs(points, 179)).toBeCloseTo(60 * minute, 3)
})

it('what does not grow, or was seen too shortly, or takes more than a week, is never full', () => {
  expect([fullInMs(growing(0), 200), fullInMs(growing(-1), 200), fullInMs(growing(1, 9), 200), fullInMs(growing(0.001), 200)]).toEqual([
    null,
    null,
    null,
    null,
  ])
})

it('what is past its limit is full now', () => {
  expect(fullInMs(growing(1), 90)).toBe(0)
})
