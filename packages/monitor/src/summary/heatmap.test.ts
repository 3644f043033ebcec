import { expect, it } from 'vitest'
import { Histogram } from '@millrace/histogram'
import { heatmapColumns } from './heatmap.ts'

/** Columns of values spread evenly over so many doublings from 1 ms up. */
function columns(count: number, doublings: number) {
  return Array.from({ length: count }, (_, at) => {
    const histogram = new Histogram('milliseconds')
    for (let part = 0; part < doublings * 16; part += 1) histogram.record(2 ** ((part + 0.5) / 16))
    return { startMs: at, seconds: 60, histogram }
  })
}

it('as stored while it is small, else whole neighbours as one, with every value in the bucket that holds it', () => {
  for (const [count, doublings, expected] of [
    [60, 3, 16],
    [60, 4, 16],
    [60, 5, 8],
    [168, 8, 4],
    [288, 9, 2],
    [288, 30, 1],
  ] as const) {
    const { bucketsPerDoubling, columns: drawn } = heatmapColumns(columns(count, doublings))
    expect(bucketsPerDoubling, `${count} columns of ${doublings} doublings`).toBe(expected)
    const perBucket = 16 / bucketsPerDoubling
    expect(drawn).toHaveLength(count)
    expect(drawn[0]?.buckets).toEqual(Array.from({ length: doublings * bucketsPerDoubling }, (_, index) => [index, perBucket]))
  }
})

it('values below 1 are merged downwards too, and a column without a value is empty', () => {
  const histogram = new Histogram('milliseconds')
  for (const value of [2 ** (-1.5 / 16), 2 ** (-0.5 / 16), 2 ** 9]) histogram.record(value)
  const empty = { startMs: 0, seconds: 60, histogram: undefined }
  const { bucketsPerDoubling, columns: drawn } = heatmapColumns([empty, { startMs: 1, seconds: 60, histogram }])
  expect(bucketsPerDoubling).toBe(4)
  expect(drawn.map(({ buckets }) => buckets)).toEqual([
    [],
    [
      [-1, 2],
      [35, 1],
    ],
  ])
})
