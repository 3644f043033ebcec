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

/** From when on there are values, ms since 1970, where that is less than half of the time they could be of; null where it is more. */
export function youngSinceMs(points: Points): number | null {
  const [from, to] = [points[0]?.[0], points.at(-1)?.[0]]
  const first = points.find(([, value]) => value !== null)?.[0]
  if (from === undefined || to === undefined || first === undefined) return null
  return to - first < (to - from) / 2 ? first : null
}
