import type { Heatmap, Series } from '@millrace/contract'
import { formatDuration, formatNumber } from '@millrace/ui'
import { logScale } from './scale.model.ts'
import type { Scale } from './scale.model.ts'

/** Buckets of the answer are merged to at most so many rows. */
const mostRows = 32
/** Colours of cells that hold something. */
const colourSteps = 7

/** A distribution over time: one column a point, one row a bucket or some merged ones. */
export interface Cells {
  /** Starts of the columns, ms since 1970, oldest first. */
  readonly starts: readonly number[]
  /** Each holds times above `fromMs` up to `toMs`; fastest first. */
  readonly rows: readonly { readonly fromMs: number; readonly toMs: number }[]
  /** False where nobody measured: that is not the same as nothing having happened. */
  readonly isMeasured: readonly boolean[]
  /** [column][row] */
  readonly counts: readonly (readonly number[])[]
  readonly largest: number
  readonly scale: Scale
}

/**
 * Below and above the scale's ends a value counts in the first and the last row: no attempt is lost.
 *
 * @param rates events a second, null where nobody measured; left out, every column is taken as measured
 */
export function cellsOf({ columns, bucketsPerDoubling }: Pick<Heatmap, 'columns' | 'bucketsPerDoubling'>, rates?: Series['points']): Cells {
  const edgeMs = (index: number) => 2 ** (index / bucketsPerDoubling)
  const filled = columns.flatMap(({ buckets }) => buckets)
  const indexes = filled.map(([index]) => index)
  const lowest = indexes.length === 0 ? 0 : indexes.reduce((least, index) => Math.min(least, index))
  const highest = indexes.length === 0 ? 0 : indexes.reduce((most, index) => Math.max(most, index))
  const scale = logScale(edgeMs(lowest), edgeMs(highest + 1))
  const first = Math.floor(Math.log2(scale.bottom) * bucketsPerDoubling + 1e-9)
  const end = Math.ceil(Math.log2(scale.top) * bucketsPerDoubling - 1e-9)
  const merged = Math.ceil((end - first) / mostRows)
  const rows = Array.from({ length: Math.ceil((end - first) / merged) }, (_, row) => ({
    fromMs: Math.max(scale.bottom, edgeMs(first + row * merged)),
    toMs: Math.min(scale.top, edgeMs(first + (row + 1) * merged)),
  }))
  const counts = columns.map(({ buckets }) => {
    const column = rows.map(() => 0)
    for (const [index, count] of buckets) {
      const row = Math.min(rows.length - 1, Math.max(0, Math.floor((index - first) / merged)))
      column[row] = (column[row] ?? 0) + count
    }
    return column
  })
  const largest = counts.flat().reduce((most, count) => Math.max(most, count), 0)
  const rateAt = rates && new Map(rates)
  const isMeasured = columns.map(({ timestamp, buckets }) => rateAt === undefined || buckets.length > 0 || rateAt.get(timestamp) != null)
  return { starts: columns.map(({ timestamp }) => timestamp), rows, counts, isMeasured, largest, scale }
}

/** 0 for none, else 1…7 by the root of the count's part of the largest: few are still seen beside many. */
export function colourStep(count: number, largest: number): number {
  if (count <= 0 || largest <= 0) return 0
  return Math.min(colourSteps, 1 + Math.floor((count / largest) ** 0.5 * colourSteps))
}

/** The row that holds `ms`. */
export function rowAt({ rows }: Cells, ms: number): number {
  const row = rows.findIndex(({ toMs }) => ms <= toMs)
  return row < 0 ? rows.length - 1 : row
}

/** All that a column holds. */
export function columnTotal({ counts }: Cells, column: number): number {
  return (counts[column] ?? []).reduce((sum, count) => sum + count, 0)
}

export interface CellReadout {
  /** The column's: `14,731 requests`. */
  readonly total: string
  /** The cell's: `231 between 52 ms and 71 ms`; undefined when only a column is pointed at. */
  readonly cell: string | undefined
}

/** What is told of the column, and of one of its cells. */
export function cellReadout(cells: Cells, column: number, row: number | null, noun: string): CellReadout {
  if (cells.isMeasured[column] !== true) return { total: 'nothing measured', cell: undefined }
  const range = row === null ? undefined : cells.rows[row]
  const count = row === null ? 0 : (cells.counts[column]?.[row] ?? 0)
  return {
    total: `${formatNumber(columnTotal(cells, column))} ${noun}`,
    cell: range && `${formatNumber(count)} between ${formatDuration(range.fromMs)} and ${formatDuration(range.toMs)}`,
  }
}

/** Rows that hold something somewhere, slowest first: what a table of the cells has as columns. */
export function filledRows({ rows, counts }: Cells): number[] {
  return rows.flatMap((_, row) => (counts.some((column) => (column[row] ?? 0) > 0) ? [row] : [])).reverse()
}
