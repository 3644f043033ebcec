import { expect, it } from 'vitest'
import { backlogFrom, gridOf, latestPoint, lonePoints, noteSince, partsOf, readoutOf, scaleOf } from './lines.model.ts'
import type { Line } from './lines.model.ts'

const minute = 60_000
const start = new Date(2026, 10, 25, 14, 0).getTime()
const line = (label: string, values: readonly (number | null)[], from = 0): Line => ({
  label,
  look: 'p50',
  points: values.map((value, index) => [start + (from + index) * minute, value]),
})

it('lines that begin at different times share one axis, and what was not measured is null, never 0', () => {
  const grid = gridOf([line('web-1', [1, null, 3, 4]), line('web-2', [9], 3)], 60, start + 3.5 * minute)
  expect(grid.values).toEqual([
    [1, null, 3, 4],
    [null, null, null, 9],
  ])
  expect(grid.middles[0]).toBe(start + minute / 2)
})

it('without a point there is no axis', () => {
  expect(gridOf([line('P50', [])], 60, start)).toEqual({ starts: [], middles: [], values: [[]], isRunning: false })
})

it('the last point runs until its time is over', () => {
  expect(gridOf([line('P50', [1, 2])], 60, start + minute + 1).isRunning).toBe(true)
  expect(gridOf([line('P50', [1, 2])], 60, start + 2 * minute).isRunning).toBe(false)
})

it('the stroke to a running point is a part of its own', () => {
  expect(partsOf([1, 2, 3], true)).toEqual({ done: [1, 2, null], running: [null, 2, 3] })
  expect(partsOf([1, 2, 3], false)).toEqual({ done: [1, 2, 3], running: [null, null, null] })
})

it('a point between two gaps is a dot', () => {
  expect(lonePoints([1, null, 2, null, 3, 4])).toEqual([0, 2])
})

it('a backlog is in above out to the end, for three points or more', () => {
  expect(backlogFrom([9, 5, 6, 7, 8], [9, 6, 5, 5, 5])).toBe(2)
  expect(backlogFrom([9, 5, 6, 7], [9, 6, 5, 5])).toBeNull()
  expect(backlogFrom([6, 7, 8, 5], [5, 5, 5, 5])).toBeNull()
  expect(backlogFrom([6, null, 8], [5, 5, 5])).toBeNull()
})

it('latency has a scale of powers, an amount begins at 0', () => {
  const grid = gridOf([line('P50', [12, null, 340])], 60, start)
  expect([scaleOf(grid, 'ms').kind, scaleOf(grid, 'ms').bottom, scaleOf(grid, 'perSecond').bottom]).toEqual(['log', 1, 0])
})

it('a readout that points at nothing tells the last minute that is done', () => {
  const lines = [line('P50', [12, 34, 99]), line('P95', [20, null, 100])]
  const grid = gridOf(lines, 60, start + 2.5 * minute)
  expect(latestPoint(grid)).toBe(1)
  expect(readoutOf(lines, grid, 1, 'ms', 60).text).toBe('14:01: P50 34 ms, P95 nothing measured')
  expect(readoutOf(lines, grid, 2, 'ms', 60)).toMatchObject({ time: '14:02 so far', values: ['99 ms', '100 ms'] })
})

it('where only the running minute has a value, the readout tells that one', () => {
  expect(latestPoint(gridOf([line('P50', [null, null, 9])], 60, start + 2.5 * minute))).toBe(2)
  expect(latestPoint(gridOf([line('P50', [null, null])], 60, start + 1.5 * minute))).toBeNull()
})

it('a chart that is drawn in less than half of its range says from when on', () => {
  const young = line('P50', [null, null, null, null, null, 3, 4])
  expect(
    noteSince(
      'log scale',
      [
        young,
        line(
          'P95',
          Array.from({ length: 7 }, () => null),
        ),
      ],
      start,
    ),
  ).toBe('log scale, since 14:05')
  expect(noteSince(undefined, [young], start)).toBe('since 14:05')
  expect(noteSince('log scale', [young, line('P95', [1, null, null, null, null, null, 1])], start)).toBe('log scale')
  expect(noteSince('log scale', [], start)).toBe('log scale')
})
