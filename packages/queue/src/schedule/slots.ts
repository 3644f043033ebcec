import { Cron } from 'croner'
import { MillraceError } from '@millrace/connection'

/** When a schedule fires: the same slots whoever asks, from wherever on. Times are ms since 1970. */
export interface Timing {
  readonly cron: string | null
  readonly everyMs: number | null
  /** Of `cron`. */
  readonly timeZone: string
  readonly startAtMs: number | null
  readonly endAtMs: number | null
}

const maxCronsRemembered = 1000
const crons = new Map<string, Cron>()

/** The first slot behind `afterMs`; null when there is none. */
export function nextSlot(timing: Timing, afterMs: number): number | null {
  const from = Math.max(afterMs, (timing.startAtMs ?? Number.NEGATIVE_INFINITY) - 1)
  const slot = timing.everyMs === null ? nextOfCron(timing, from) : nextOfInterval(timing, timing.everyMs, from)
  return slot === null || (timing.endAtMs !== null && slot > timing.endAtMs) ? null : slot
}

/** The last slots with `afterMs < slot ≤ untilMs`, ascending, at most `most`; O(most), however long the span is. */
export function lastSlots(timing: Timing, afterMs: number, untilMs: number, most: number): number[] {
  const until = Math.min(untilMs, timing.endAtMs ?? untilMs)
  const after = Math.max(afterMs, (timing.startAtMs ?? afterMs + 1) - 1)
  if (until <= after) return []
  const found = timing.everyMs === null ? lastOfCron(timing, until, most) : lastOfInterval(timing, timing.everyMs, until, most)
  return found.filter((slot) => slot > after && slot <= until)
}

/** @throws SCHEDULE_INVALID for a pattern or a zone that cannot be read, or a timing that never fires */
export function checkTiming(timing: Timing): void {
  let first: number | null
  try {
    first = nextSlot(timing, 0)
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split(/ Original error/)[0] as string) : String(cause)
    throw new MillraceError('SCHEDULE_INVALID', `schedule: \`cron\` or \`timeZone\` cannot be read: ${why}`, { cause })
  }
  if (first === null) throw new MillraceError('SCHEDULE_INVALID', 'schedule: it would never fire; look at `cron`, `startAt` and `endAt`')
}

function cronOf({ cron, timeZone }: Timing): Cron {
  const key = `${timeZone} ${cron}`
  const known = crons.get(key)
  if (known) return known
  const made = new Cron(cron ?? '', { timezone: timeZone, paused: true })
  if (crons.size >= maxCronsRemembered) crons.clear()
  crons.set(key, made)
  return made
}

function nextOfCron(timing: Timing, afterMs: number): number | null {
  return cronOf(timing).nextRun(new Date(afterMs))?.getTime() ?? null
}

function lastOfCron(timing: Timing, untilMs: number, most: number): number[] {
  // The library looks strictly before a moment, in whole seconds.
  const before = new Date(Math.floor(untilMs / 1000) * 1000 + 1000)
  return cronOf(timing)
    .previousRuns(most, before)
    .map((run) => run.getTime())
    .reverse()
}

function nextOfInterval({ startAtMs }: Timing, everyMs: number, afterMs: number): number {
  const origin = startAtMs ?? 0
  return origin + (Math.floor((afterMs - origin) / everyMs) + 1) * everyMs
}

function lastOfInterval({ startAtMs }: Timing, everyMs: number, untilMs: number, most: number): number[] {
  const origin = startAtMs ?? 0
  const last = origin + Math.floor((untilMs - origin) / everyMs) * everyMs
  return Array.from({ length: most }, (_, index) => last - (most - 1 - index) * everyMs)
}
