import type { Level } from '../message.ts'

/** What each level is promised of the claims, as whole numbers 1…100; `strict`: highest first, always. */
export type Shares = Readonly<Record<Level, number>> | 'strict'

const order: readonly Level[] = ['urgent', 'high', 'normal', 'low']

export const defaultShares: Shares = { urgent: 8, high: 4, normal: 2, low: 1 }

/**
 * The order of turns between levels (0 urgent … 3 low), as long as the sum of the shares divided by their greatest common divisor:
 * 8:4:2:1 gives u h u n u h u l u h u n u h u. Each level's turns lie as evenly as whole places allow, so a level that has a share
 * of s in a sum of t waits about t/s turns. `strict` is the empty order.
 *
 * How: the k-th turn of a level with share s would ideally stand at (k + ½) · t/s; turns are laid out by that ideal place, and of two
 * with the same place the higher level's comes first.
 */
export function turnsOf(shares: Shares): readonly number[] {
  if (shares === 'strict') return []
  const divisor = order.map((level) => shares[level]).reduce(greatestCommonDivisor)
  const parts = order.map((level) => shares[level] / divisor)
  const total = parts.reduce((sum, part) => sum + part, 0)
  const turns = parts.flatMap((part, level) => Array.from({ length: part }, (_, k) => ({ level, place: ((k + 0.5) * total) / part })))
  turns.sort((a, b) => a.place - b.place || a.level - b.level)
  return turns.map((turn) => turn.level)
}

/** The promised part of the claims a level, 0…1; null a level when the order is strict and nothing is promised. */
export function promisedShare(shares: Shares, level: Level): number | null {
  if (shares === 'strict') return null
  const total = order.reduce((sum, each) => sum + shares[each], 0)
  return shares[level] / total
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
