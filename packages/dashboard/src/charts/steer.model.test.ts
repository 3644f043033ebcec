import { expect, it } from 'vitest'
import { nextPoint } from './steer.model.ts'

const at = (index: number, value: number | null = null) => ({ index, value })

it('the first key finds the newest point, Home the oldest', () => {
  expect([nextPoint('ArrowLeft', null, 60, []), nextPoint('Home', null, 60, [])]).toEqual([at(59), at(0)])
})

it('keys move by one and by ten, and stop at the ends', () => {
  expect(['ArrowLeft', 'ArrowRight', 'PageDown', 'PageUp', 'Home', 'End'].map((key) => nextPoint(key, at(55), 60, [])?.index)).toEqual([
    54, 56, 45, 59, 0, 59,
  ])
})

it('up and down step through the levels where there are some', () => {
  const levels = [1, 10, 100]
  expect(nextPoint('ArrowUp', at(3), 60, levels)).toEqual(at(3, 1))
  expect(nextPoint('ArrowUp', at(3, 9), 60, levels)).toEqual(at(3, 100))
  expect(nextPoint('ArrowDown', at(3, 1), 60, levels)).toEqual(at(3, 1))
  expect(nextPoint('ArrowUp', at(3), 60, [])).toBeNull()
})

it('moving along the points keeps the level', () => {
  expect(nextPoint('ArrowRight', at(3, 10), 60, [1, 10, 100])).toEqual(at(4, 10))
})

it('a key that moves nothing is left to the page', () => {
  expect([nextPoint('Tab', at(1), 60, []), nextPoint('ArrowLeft', null, 0, [])]).toEqual([null, null])
})
