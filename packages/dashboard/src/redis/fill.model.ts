import type { Series } from '@millrace/contract'

/** Fewer points than this are no trend. */
const leastPoints = 10
/** Later than this it is not worth saying, ms: a week. */
const longestMs = 7 * 24 * 3_600_000

/**
 * When a limit will be reached if what grew goes on growing as it did: a straight line through the points (least squares). Null when it
 * does not grow, when there are too few points, or when it would take more than a week.
 */
export function fullInMs(points: Series['points'], limit: number): number | null {
  const known = points.filter((point): point is [number, number] => point[1] !== null)
  const last = known.at(-1)
  if (last === undefined || known.length < leastPoints) return null
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanAt, meanValue] = [mean(known.map(([at]) => at)), mean(known.map(([, value]) => value))]
  const spread = known.reduce((sum, [at]) => sum + (at - meanAt) ** 2, 0)
  const perMs = known.reduce((sum, [at, value]) => sum + (at - meanAt) * (value - meanValue), 0) / spread
  if (!(perMs > 0)) return null
  const inMs = Math.max(0, (limit - last[1]) / perMs)
  return inMs > longestMs ? null : inMs
}
