import type { Series } from '@millrace/contract'

type Points = Series['points']

/** The last value that was measured; null where none was. */
export function lastOf(points: Points): number | null {
  return points.findLast(([, value]) => value !== null)?.[1] ?? null
}

/** The first value that was measured: what it was at the beginning of the range. */
export function firstOf(points: Points): number | null {
  return points.find(([, value]) => value !== null)?.[1] ?? null
}

/** The mean of what was measured; null where nothing was. */
export function meanOf(points: Points): number | null {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]))
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
