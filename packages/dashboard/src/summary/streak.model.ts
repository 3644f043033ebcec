import type { Failure } from './entry.ts'

/** Rounds of reading that failed in a row. */
export interface Streak {
  readonly count: number
  /** When the first and the last of them failed, ms since 1970; 0 while none did. */
  readonly sinceMs: number
  readonly lastAtMs: number
}

export const noStreak: Streak = { count: 0, sinceMs: 0, lastAtMs: 0 }

/** True where asking again may help: the server was not reached, or had no answer now. */
export const isPassing = ({ status }: Failure) => status === 0 || status >= 500

/** The streak after a round that left `failures`; one that asking again does not mend is none. */
export function streakAfter(streak: Streak, failures: readonly Failure[]): Streak {
  const times = failures.filter(isPassing).map(({ atMs }) => atMs)
  if (times.length === 0) return noStreak
  const lastAtMs = Math.max(...times)
  if (lastAtMs <= streak.lastAtMs) return streak
  return { count: streak.count + 1, sinceMs: streak.count === 0 ? Math.min(...times) : streak.sinceMs, lastAtMs }
}
