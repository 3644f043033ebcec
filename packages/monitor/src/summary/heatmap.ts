import type { Step } from './points.ts'

/** Rows and cells of a heatmap that the answer may have: beyond them neighbouring buckets are merged. */
const maxRows = 64
const maxCells = 6000

type Buckets = readonly (readonly [index: number, count: number])[]
export type BucketsPerDoubling = 16 | 8 | 4 | 2 | 1

export interface HeatmapColumns {
  readonly bucketsPerDoubling: BucketsPerDoubling
  readonly columns: readonly { readonly timestamp: number; readonly buckets: Buckets }[]
}

/** How values were spread over time, with as many buckets a doubling as fit. Exact: two neighbours are one bucket of half the scale. */
export function heatmapColumns(steps: readonly Step[]): HeatmapColumns {
  let columns = steps.map(({ startMs, histogram }) => ({ timestamp: startMs, buckets: histogram?.buckets() ?? [] }))
  let bucketsPerDoubling: BucketsPerDoubling = 16
  while (bucketsPerDoubling > 1 && isTooLarge(columns.map(({ buckets }) => buckets))) {
    columns = columns.map(({ timestamp, buckets }) => ({ timestamp, buckets: halved(buckets) }))
    bucketsPerDoubling = (bucketsPerDoubling / 2) as BucketsPerDoubling
  }
  return { bucketsPerDoubling, columns }
}

function isTooLarge(all: readonly Buckets[]): boolean {
  let lowest = Infinity
  let highest = -Infinity
  let cells = 0
  for (const buckets of all) {
    cells += buckets.length
    lowest = Math.min(lowest, buckets[0]?.[0] ?? Infinity)
    highest = Math.max(highest, buckets.at(-1)?.[0] ?? -Infinity)
  }
  return cells > maxCells || highest - lowest >= maxRows
}

function halved(buckets: Buckets): Buckets {
  const merged = new Map<number, number>()
  for (const [index, count] of buckets) {
    const half = Math.floor(index / 2)
    merged.set(half, (merged.get(half) ?? 0) + count)
  }
  return [...merged]
}
