import { formatAge, formatClock, formatDuration } from '@millrace/ui'
import type { Entry } from './entry.ts'
import { usualIntervalMs } from './refresh-policy.model.ts'
import type { FeedState } from './summary-feed.ts'

/** From this age on figures are not shown as now, ms; later where the limit made the reader slower. */
const oldMs = 90_000

export function isOldAt(readAtMs: number, intervalMs: number, nowMs: number): boolean {
  return nowMs - readAtMs > Math.max(oldMs, intervalMs * 1.5)
}

/** What the chip says: how old the figures are, and when they come anew. */
export function freshnessText(state: FeedState, readAtMs: number, nowMs: number): string {
  if (readAtMs === 0) return state.isReading ? 'Reading…' : 'Not read yet'
  const updated = `Updated ${formatAge(nowMs - readAtMs)}`
  if (state.isPaused) return `${updated} · paused`
  if (state.isReading) return `${updated} · reading`
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
    return { status: 'fail', title, text: `${failure.detail} ${shown} ${next}`, code: failure.code }
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
