import { formatAge, formatClock, formatDuration } from '@millrace/ui'
import type { Entry } from './entry.ts'
import { usualIntervalMs } from './refresh-policy.model.ts'
import { isPassing } from './streak.model.ts'
import type { FeedState } from './summary-feed.ts'

/** From this age on figures are not shown as now, ms; later where the limit made the reader slower. */
const oldMs = 90_000

export function isOldAt(readAtMs: number, intervalMs: number, nowMs: number): boolean {
  return nowMs - readAtMs > Math.max(oldMs, intervalMs * 1.5)
}

/** Why what is shown cannot be taken as now: the server is not reached, its store does not answer it, it refuses, or nobody asked lately. */
export type LapseKind = 'unreachable' | 'store' | 'refused' | 'old'

export interface Lapse {
  readonly kind: LapseKind
  /** When it began, ms since 1970. */
  readonly sinceMs: number
  /** When what is shown was true, ms since 1970; 0 where nothing was ever read. */
  readonly readAtMs: number
}

/** Null while figures are as they are now. A refusal by the limit alone is none: it only makes them older. */
export function lapseOf(entry: Entry | undefined, { intervalMs, streak }: FeedState, nowMs: number): Lapse | null {
  if (entry === undefined) return null
  const { failure, readAtMs } = entry
  if (failure !== null && failure.status !== 429) {
    const kind = failure.status === 0 ? 'unreachable' : failure.code.startsWith('STORE_') ? 'store' : 'refused'
    return { kind, readAtMs, sinceMs: isPassing(failure) && streak.count > 0 ? streak.sinceMs : failure.atMs }
  }
  const isOld = entry.summary !== undefined && isOldAt(readAtMs, intervalMs, nowMs)
  return isOld ? { kind: 'old', readAtMs, sinceMs: readAtMs } : null
}

/** What the chip says: how old the figures are, and when they come anew. */
export function freshnessText(state: FeedState, readAtMs: number, nowMs: number): string {
  const isRead = readAtMs > 0
  const updated = isRead ? `Updated ${formatAge(nowMs - readAtMs)}` : 'Not read yet'
  if (state.isPaused) return `${updated} · paused`
  if (state.isLive) return isRead ? `Live · ${updated.toLowerCase()}` : 'Live · opening'
  if (state.isReading) return isRead ? `${updated} · reading` : 'Reading…'
  if (!isRead && state.streak.count === 0) return updated
  return `${updated} · next in ${formatDuration(Math.max(1_000, Math.ceil((state.nextAtMs - nowMs) / 1_000) * 1_000)).replace('.0 s', ' s')}`
}

/** How much of the time to the next read is over, 0…1. */
export function elapsedPart(state: FeedState, readAtMs: number, nowMs: number): number {
  const span = state.nextAtMs - readAtMs
  return span <= 0 ? 1 : Math.min(1, Math.max(0, (nowMs - readAtMs) / span))
}

/** Said while reading is slower than usual, so that nobody wonders: the pace, and until when. */
export function slowText(state: FeedState, nowMs: number): string | null {
  if (state.slowUntilMs === null || state.slowUntilMs <= nowMs || state.isPaused) return null
  const back = `Back to ${usualIntervalMs / 1_000} s at ${formatClock(state.slowUntilMs)}.`
  if (state.nextAtMs - nowMs > state.intervalMs)
    return `The limit is used up: the figures are read again at ${formatClock(state.nextAtMs)}.`
  return `Refreshing every ${formatDuration(state.intervalMs)} to stay within the limit. ${back}`.replace('1 min', '60 s')
}

/** What failed, what is true now, and what to do; null while all is well. */
export interface Trouble {
  readonly status: 'slow' | 'fail'
  readonly title: string
  readonly text: string
  readonly code: string | undefined
}

/** What the banner above a page says. */
export function troubleOf(entry: Entry | undefined, state: FeedState, nowMs: number): Trouble | null {
  const failure = entry?.failure ?? null
  const shown = entry?.summary === undefined ? 'Nothing was read yet.' : `What is shown is from ${formatClock(entry.readAtMs)}.`
  if (failure !== null && failure.status !== 429) {
    const isOurs = failure.status === 401 || failure.status === 403
    const title = isOurs ? 'These figures are not for this token.' : 'The figures could not be read.'
    const next = isOurs ? 'Sign in again, or give the component another token.' : 'They are asked for again by themselves.'
    // What the server says of a call in general is about messages; a read changes nothing.
    const what = failure.code.startsWith('STORE_') ? 'The server answers, but its store does not.' : failure.detail
    return { status: 'fail', title, text: `${what} ${shown} ${next}`, code: failure.code }
  }
  if (failure !== null && entry?.summary === undefined) {
    return { status: 'slow', title: 'The limit of requests is used up.', text: `${failure.detail} ${shown}`, code: failure.code }
  }
  if (entry?.summary === undefined || !isOldAt(entry.readAtMs, state.intervalMs, nowMs)) return null
  const why = state.isPaused ? 'Refreshing is paused.' : 'No newer answer came.'
  return {
    status: 'slow',
    title: `Not updated for ${formatDuration(Math.floor((nowMs - entry.readAtMs) / 1_000) * 1_000)}.`,
    text: `${why} ${shown}`,
    code: undefined,
  }
}
