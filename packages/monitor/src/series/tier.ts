import { MillraceError } from '@millrace/connection'

/** How far back an answer reaches. */
export type Range = '1h' | '24h' | '7d'

/** One resolution in which every series is kept. */
export interface Tier {
  readonly name: '1m' | '5m' | '1h'
  /** Length of a bucket, ms; buckets start at its multiples since 1970. */
  readonly bucketMs: number
  /** How long a bucket can be read after its end, ms. */
  readonly keptMs: number
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs

const minutes: Tier = { name: '1m', bucketMs: minuteMs, keptMs: 3 * hourMs }
const fiveMinutes: Tier = { name: '5m', bucketMs: 5 * minuteMs, keptMs: 25 * hourMs }
const hours: Tier = { name: '1h', bucketMs: hourMs, keptMs: 8 * 24 * hourMs }

/** Finest first. */
export const tiers: readonly Tier[] = [minutes, fiveMinutes, hours]

const windows: Readonly<Record<Range, { readonly tier: Tier; readonly points: number }>> = {
  '1h': { tier: minutes, points: 60 },
  '24h': { tier: fiveMinutes, points: 288 },
  '7d': { tier: hours, points: 168 },
}

export const ranges = Object.keys(windows) as readonly Range[]

/** @throws RANGE_INVALID with the allowed values */
export function requireRange(range: unknown): Range {
  if (typeof range === 'string' && Object.hasOwn(windows, range)) return range as Range
  throw new MillraceError('RANGE_INVALID', `range: ${JSON.stringify(range) ?? String(range)} is not known; give ${ranges.join(', ')}`)
}

/** Buckets in a row: their starts, ms since 1970, oldest first; the last one is running. */
export interface Row {
  readonly tier: Tier
  readonly starts: readonly number[]
}

export function bucketsOf(range: Range, nowMs: number): Row {
  const { tier, points } = windows[range]
  return row(tier, points, nowMs)
}

export function recentMinutes(count: number, nowMs: number): Row {
  return row(minutes, count, nowMs)
}

function row(tier: Tier, points: number, nowMs: number): Row {
  const last = startOf(tier, nowMs)
  return { tier, starts: Array.from({ length: points }, (_, index) => last - (points - 1 - index) * tier.bucketMs) }
}

export function startOf(tier: Tier, atMs: number): number {
  return Math.floor(atMs / tier.bucketMs) * tier.bucketMs
}
