import type { Streak } from './streak.model.ts'

/** What the server said of the limit that reading counts in. */
export interface Budget {
  readonly remaining: number
  /** When the full number is there again, ms since 1970. */
  readonly resetAtMs: number
}

/** When figures are read next, and how often until the limit is there anew. */
export interface Pace {
  readonly intervalMs: number
  readonly nextAtMs: number
  /** Until when it is slower than usual; null at the usual pace. */
  readonly slowUntilMs: number | null
}

/** How often figures are read while nothing speaks against it, ms. */
export const usualIntervalMs = 30_000
/** What slower paces there are, ms: whole minutes, so that a reader can be told. */
const slowerMs = [60_000, 120_000, 180_000, 300_000]
/** Kept back for what a reader asks for: another range or page, a refresh. */
const reserve = 10
/** After a failure it is asked again sooner than usual, ms after it: each try that fails in a row waits longer, then the usual pace holds. */
const retriesMs = [2_000, 5_000, 10_000]
/** The collector writes each minute; what is read 3 s later has it. */
const afterMinuteMs = 3_000

/** Reads the header `RateLimit: "performance";r=37;t=412` (draft-ietf-httpapi-ratelimit-headers-11). Null where there is none. */
export function budgetOf(header: string | null, nowMs: number): Budget | null {
  const [, remaining] = /;\s*r=(\d+)/.exec(header ?? '') ?? []
  const [, seconds] = /;\s*t=(\d+)/.exec(header ?? '') ?? []
  if (remaining === undefined || seconds === undefined) return null
  return { remaining: Number(remaining), resetAtMs: nowMs + Number(seconds) * 1_000 }
}

/** Whether one request more would be answered. A limit that nobody stated is not met. */
export function mayAsk(budget: Budget | null, waitUntilMs: number, nowMs: number): boolean {
  if (nowMs < waitUntilMs) return false
  return budget === null || budget.remaining > 0 || nowMs >= budget.resetAtMs
}

interface PaceOptions {
  readonly nowMs: number
  readonly lastAskedMs: number
  readonly budget: Budget | null
  /** The server said not to come before; 0 where it did not. */
  readonly waitUntilMs: number
  /** How many summaries one round reads: the pages that are open in different tabs. */
  readonly reads: number
  readonly streak: Streak
  /** 0…1,000 ms, one number a browser: not all readers come in the same instant. */
  readonly jitterMs: number
}

/**
 * The usual pace, unless what is left until the limit is there anew would not last, as if each request were charged; after a failure soon
 * again, as far as what is kept back for the reader is not touched. Never sooner than the server said; a spent limit is waited out.
 */
export function paceOf({ nowMs, lastAskedMs, budget, waitUntilMs, reads, streak, jitterMs }: PaceOptions): Pace {
  const intervalMs = intervalOf(budget, reads, nowMs)
  const slotMs = slotAfter(lastAskedMs + Math.max(intervalMs - usualIntervalMs / 2, usualIntervalMs / 2), intervalMs, jitterMs)
  const isSpent = budget !== null && budget.remaining < reads && nowMs < budget.resetAtMs
  const retryMs = retriesMs[streak.count - 1]
  const mayHasten = budget === null || nowMs >= budget.resetAtMs || budget.remaining - reads >= reserve
  const dueMs = retryMs !== undefined && mayHasten ? Math.max(streak.lastAtMs, lastAskedMs) + retryMs : slotMs
  const nextAtMs = Math.max(dueMs, waitUntilMs, isSpent ? budget.resetAtMs + jitterMs : 0)
  const isSlow = nextAtMs - lastAskedMs > usualIntervalMs * 1.6 || intervalMs > usualIntervalMs
  return { intervalMs, nextAtMs, slowUntilMs: isSlow ? Math.max(waitUntilMs, budget?.resetAtMs ?? 0, nextAtMs - intervalMs) : null }
}

function intervalOf(budget: Budget | null, reads: number, nowMs: number): number {
  if (budget === null || nowMs >= budget.resetAtMs) return usualIntervalMs
  const leftMs = budget.resetAtMs - nowMs
  const rounds = Math.floor(Math.max(0, budget.remaining - reserve) / Math.max(1, reads))
  if (rounds * usualIntervalMs >= leftMs) return usualIntervalMs
  return slowerMs.find((intervalMs) => rounds * intervalMs >= leftMs) ?? (slowerMs.at(-1) as number)
}

/** The first slot of the collector's rhythm that is not before `earliestMs`. */
function slotAfter(earliestMs: number, intervalMs: number, jitterMs: number): number {
  const offsetMs = afterMinuteMs + jitterMs
  return Math.ceil((earliestMs - offsetMs) / intervalMs) * intervalMs + offsetMs
}
