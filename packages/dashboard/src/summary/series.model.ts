import type { Labels, Limit, Series, Summary } from '@millrace/contract'

type Statistic = Series['statistic']

/** The points of one series of the answer, by metric, statistic and exactly these labels; undefined where the answer has none. */
export function pointsOf(
  { series }: Pick<Summary, 'series'>,
  metric: string,
  statistic: Statistic,
  labels: Labels = {},
): Series['points'] | undefined {
  return series.find((one) => one.metric === metric && one.statistic === statistic && isAlike(one.labels, labels))?.points
}

/** True where both name the same things, in whatever order. */
export function isAlike(a: Labels, b: Labels): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

/** From where a metric is degraded and failing; undefined where the answer states no limit. */
export function limitOf({ limits }: { readonly limits: readonly Limit[] }, metric: string): Limit | undefined {
  return limits.find((limit) => limit.metric === metric)
}
