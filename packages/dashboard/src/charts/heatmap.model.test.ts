import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cellReadout, cellsOf, colourStep, columnTotal, filledRows, rowAt } from './heatmap.model.ts'

const start = new Date(2026, 10, 25, 14, 3).getTime()
const heatmap = (...buckets: (readonly [number, number])[][]) => ({
  bucketsPerDoubling: 16 as const,
  columns: buckets.map((list, index) => ({
    timestamp: start + index * 60_000,
    buckets: list.map(([at, count]) => [at, count] as [number, number]),
  })),
})
/** The stored bucket of a time. */
const bucketOf = (ms: number) => Math.ceil(Math.log2(ms) * 16) - 1

it('no attempt is lost: each column holds what its buckets held, in at most 32 rows', () => {
  const bucket = fc.tuple(fc.integer({ min: -320, max: 319 }), fc.integer({ min: 1, max: 1e6 }))
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(bucket, { selector: ([index]) => index, maxLength: 40 }), { minLength: 1, maxLength: 8 }),
      (lists) => {
        const cells = cellsOf(heatmap(...lists))
        expect(cells.rows.length).toBeLessThanOrEqual(32)
        lists.forEach((list, column) => expect(columnTotal(cells, column)).toBe(list.reduce((sum, [, count]) => sum + count, 0)))
      },
    ),
  )
})

it('rows join without a gap from the bottom of the scale to its top', () => {
  const { rows, scale } = cellsOf(heatmap([[bucketOf(3), 1]], [[bucketOf(4_200), 2]]))
  expect([rows[0]?.fromMs, rows.at(-1)?.toMs, scale.bottom, scale.top]).toEqual([1, 5_000, 1, 5_000])
  rows.slice(1).forEach(({ fromMs }, index) => expect(fromMs).toBe(rows[index]?.toMs))
})

it('a value lies in the row whose bounds hold it', () => {
  fc.assert(
    fc.property(fc.double({ min: 1.2, max: 9_000, noNaN: true }), (ms) => {
      const cells = cellsOf(heatmap([[bucketOf(ms), 1]], [[bucketOf(9_999), 1]]))
      const row = cells.rows[cells.counts[0]?.indexOf(1) ?? -1]
      expect(row?.fromMs).toBeLessThan(ms * 1.0001)
      expect(row?.toMs).toBeGreaterThan(ms * 0.9999)
    }),
  )
})

it('without a request the scale still stands, and every cell is empty', () => {
  const cells = cellsOf(heatmap([], []))
  expect([cells.largest, cells.scale.bottom, filledRows(cells)]).toEqual([0, 1, []])
})

it('seven steps by the root of the largest cell, none for none', () => {
  expect([0, 1, 20, 300, 600].map((count) => colourStep(count, 600))).toEqual([0, 1, 2, 5, 7])
})

it('a cell tells how many of its column lay between which times', () => {
  const cells = cellsOf(
    heatmap([
      [bucketOf(60), 231],
      [bucketOf(900), 14_500],
    ]),
  )
  const { total, cell } = cellReadout(cells, 0, rowAt(cells, 60), 'requests')
  expect(total).toBe('14,731 requests')
  expect(cell).toMatch(/^231 between \d+ ms and \d+ ms$/)
  expect(cellReadout(cells, 0, null, 'requests').cell).toBeUndefined()
})

it('a table has a column for each row that holds something, slowest first', () => {
  const cells = cellsOf(heatmap([[bucketOf(60), 1]], [[bucketOf(900), 1]]))
  const [slow, fast] = filledRows(cells)
  expect([slow, fast]).toEqual([rowAt(cells, 900), rowAt(cells, 60)])
})

it('buckets that the server merged already keep their bounds', () => {
  const cells = cellsOf({ bucketsPerDoubling: 1, columns: [{ timestamp: start, buckets: [[3, 7]] }] })
  expect(cells.counts[0]?.flatMap((count, row) => (count === 0 ? [] : [cells.rows[row]]))).toEqual([{ fromMs: 8, toMs: 16 }])
})

it('a column that nobody measured is not one in which nothing happened', () => {
  const rates: [number, number | null][] = [
    [start, 0],
    [start + 60_000, null],
    [start + 120_000, 2],
  ]
  const cells = cellsOf(heatmap([], [], [[bucketOf(60), 2]]), rates)
  expect(cells.isMeasured).toEqual([true, false, true])
  expect([0, 1].map((column) => cellReadout(cells, column, null, 'requests').total)).toEqual(['0 requests', 'nothing measured'])
})
