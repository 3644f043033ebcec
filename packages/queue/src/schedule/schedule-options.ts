import { MillraceError } from '@millrace/connection'
import { refuseUnknown, requireNumber, requireObject, shown } from '../check.ts'
import type { EnqueueOptions } from '../options.ts'
import type { Timing } from './slots.ts'
import { checkTiming } from './slots.ts'

/** What the messages of a schedule are enqueued with; `name` is the schedule's own unless given. */
export type ScheduledMessageOptions = Pick<EnqueueOptions, 'priority' | 'name' | 'maxRetries' | 'retryDelay' | 'timeoutMs' | 'tags'>

/** When a schedule puts which message in its queue. Give `cron` or `everyMs`. */
export interface ScheduleOptions<Input = unknown> {
  /**
   * Five fields (minute hour day month weekday), or six with seconds in front, by the clock of `timeZone`. In the hour that a change of
   * the clock skips, one fixed time of day fires at the end of the gap, and several of one hour (`15,45 2 * * *`) not at all that day. In
   * the hour that comes twice, fixed times fire once, the first time, and steps of every so many minutes fire in both. What fires every
   * hour or more often goes on through both.
   */
  readonly cron?: string
  /** A whole number of ms, 1,000…31,557,600,000: at `startAt` and every so many ms behind it, or without it at multiples since 1970. */
  readonly everyMs?: number
  /** An IANA name; of `cron` only. @defaultValue 'UTC' */
  readonly timeZone?: string
  /** The same for each message; checked now as by `enqueue`. */
  readonly payload: Input
  readonly options?: ScheduledMessageOptions
  /**
   * What becomes of times that passed while no worker was there or the store was away. `one`: the last of them, late. `skip`: nothing
   * that is more than 30 s late. `all`: each, oldest first, but at most the last 100. @defaultValue 'one'
   */
  readonly missed?: 'one' | 'skip' | 'all'
  /** Each message waits up to this long behind its time, ms; how long follows from its id. 0…86,400,000. @defaultValue 0 */
  readonly jitterMs?: number
  /** Nothing before it. Epoch ms or a Date. */
  readonly startAt?: number | Date
  /** Nothing behind it. */
  readonly endAt?: number | Date
  /** Messages in all, as `fired` counts them. 1…1,000,000,000. */
  readonly limit?: number
}

/** A definition as it is stored: all that decides about its messages. */
export interface Definition extends Timing {
  readonly payload: string
  readonly options: ScheduledMessageOptions
  readonly missed: 'one' | 'skip' | 'all'
  readonly jitterMs: number
  readonly limit: number | null
}

const names: ReadonlySet<string> = new Set([
  'cron',
  'everyMs',
  'timeZone',
  'payload',
  'options',
  'missed',
  'jitterMs',
  'startAt',
  'endAt',
  'limit',
] satisfies (keyof ScheduleOptions)[])
const optionNames: ReadonlySet<string> = new Set([
  'priority',
  'name',
  'maxRetries',
  'retryDelay',
  'timeoutMs',
  'tags',
] satisfies (keyof ScheduledMessageOptions)[])
const allowedName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** @throws SCHEDULE_INVALID */
export function requireScheduleName(name: unknown): string {
  if (typeof name === 'string' && allowedName.test(name)) return name
  throw invalid(
    `its name must be 1 to 64 of A-Z, a-z, 0-9, point, dash and underscore, beginning with a letter or digit, got ${shown(name)}`,
  )
}

/** Checks everything but the payload, whose JSON text is given. @throws SCHEDULE_INVALID, OPTION_INVALID naming the field and what is allowed */
export function requireDefinition(given: unknown, payload: string): Definition {
  const options = requireObject('schedule', given) as ScheduleOptions
  refuseUnknown('schedule', options, names)
  const { cron, everyMs, timeZone, options: message = {}, missed = 'one', jitterMs = 0, startAt, endAt, limit } = options
  refuseUnknown('schedule: options', requireObject('schedule: options', message), optionNames)
  if ((cron === undefined) === (everyMs === undefined)) throw invalid('give `cron` or `everyMs`, and not both')
  if (everyMs !== undefined && timeZone !== undefined) throw invalid('`timeZone` belongs to `cron`; an interval is the same everywhere')
  if (!['one', 'skip', 'all'].includes(missed)) throw invalid(`\`missed\` must be 'one', 'skip' or 'all', got ${shown(missed)}`)
  const timing: Timing = {
    cron: cron ?? null,
    everyMs: everyMs === undefined ? null : whole('everyMs', everyMs, 1000, 31_557_600_000),
    timeZone: timeZone ?? 'UTC',
    startAtMs: startAt === undefined ? null : timeOf('startAt', startAt),
    endAtMs: endAt === undefined ? null : timeOf('endAt', endAt),
  }
  if (timing.startAtMs !== null && timing.endAtMs !== null && timing.endAtMs < timing.startAtMs)
    throw invalid('`endAt` comes before `startAt`')
  checkTiming(timing)
  return {
    ...timing,
    payload,
    options: message,
    missed,
    jitterMs: whole('jitterMs', jitterMs, 0, 86_400_000),
    limit: limit === undefined ? null : whole('limit', limit, 1, 1_000_000_000),
  }
}

function whole(field: string, value: unknown, min: number, max: number): number {
  return requireNumber('schedule', field, value, { min, max, whole: true }, 'SCHEDULE_INVALID')
}

function timeOf(field: string, value: unknown): number {
  const ms = value instanceof Date ? value.getTime() : value
  if (typeof ms === 'number' && Number.isFinite(ms) && Math.abs(ms) <= 8.64e15) return Math.ceil(ms)
  throw invalid(`\`${field}\` must be a Date or ms since 1970, got ${shown(value)}`)
}

export function invalid(message: string): MillraceError {
  return new MillraceError('SCHEDULE_INVALID', `schedule: ${message}`)
}
