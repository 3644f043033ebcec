import type { Connection, Log } from '@millrace/connection'
import { MillraceError, requireConnection } from '@millrace/connection'
import { refuseUnknown, requireNumber, requireObject, shown } from './check.ts'
import type { Dedupe } from './dedupe.ts'
import { levels } from './message.ts'
import type { Level, MessageOptions } from './message.ts'
import { defaultRetention } from './policy/retention.ts'
import { defaultShares } from './policy/shares.ts'
import type { Shares } from './policy/shares.ts'
import type { StandardSchema } from './schema/standard-schema.ts'
import type { Retention, Store } from './store/store.ts'

export type { Shares } from './policy/shares.ts'

/** What `enqueue` may be told about one message. */
export interface EnqueueOptions extends MessageOptions {
  /** @defaultValue 'normal' */
  readonly priority?: Level
  /** ms from now, by the store's clock; 0…10 years. */
  readonly delayMs?: number
  /** Epoch ms or a Date; the past means now; at most 10 years ahead. Not together with `delayMs`. */
  readonly scheduledFor?: number | Date
  /** 1–128 printable ASCII characters without space; the same id is taken once (24 h, 1,000,000 a queue). */
  readonly id?: string
  /** A key under which later messages are duplicates of this one. */
  readonly dedupe?: Dedupe
}

/** How a queue treats its messages. Every process should give the same; what a worker was given is what it applies. */
export interface QueueSettings {
  /** Attempts in all before a message is dead. 1…1,000. @defaultValue 3 */
  readonly maxRetries?: number
  /** Seconds before the second attempt; doubled for each further one, at most 15 min. 0…86,400. @defaultValue 1 */
  readonly retryDelay?: number
  /** Up to this part of a retry's delay is taken off at random, 0…1. @defaultValue 0 */
  readonly retryJitter?: number
  /** Largest payload, bytes of JSON. 1…16,777,216. @defaultValue 262_144 */
  readonly maxPayloadBytes?: number
  /** Refuse enqueue (QUEUE_FULL) beyond this many waiting messages; 0 is no limit. @defaultValue 0 */
  readonly maxLength?: number
  /** Whole numbers 1…100 a level, or 'strict'. @defaultValue { urgent: 8, high: 4, normal: 2, low: 1 } */
  readonly shares?: Shares
  readonly retention?: Partial<Retention>
  /** Waiting longer than this is too long, ms a level. @defaultValue 5 s, 30 s, 2 min, 15 min */
  readonly targetAgeMs?: Readonly<Partial<Record<Level, number>>>
  /** Its messages are made up, for a demonstration: told with its figures, so that a monitor says so and worries about no more. @defaultValue false */
  readonly isSample?: boolean
}

export interface QueueOptions<Payload = unknown, Input = Payload> extends QueueSettings {
  readonly connection: Connection
  /**
   * What payloads must be, as a Standard Schema (Zod, Valibot, ArkType and others). Checked before a message is sent (PAYLOAD_INVALID) and
   * again before a handler gets it, which gets the schema's output; a stored message that does not fit is dead at once, with the path in
   * its reason. It may be asynchronous. Payload types follow from it. @defaultValue none: nothing is checked, and nothing costs
   */
  readonly schema?: StandardSchema<Input, Payload>
  /** Another store than the connection's: for tests, or a store of your own. @defaultValue the connection's */
  readonly store?: Store
  /** Hears what goes wrong in the background when no `error` listener does. @defaultValue one line on stderr */
  readonly log?: Log
}

/** Settings with every default filled in. */
export interface ResolvedSettings {
  readonly maxRetries: number
  readonly retryDelay: number
  readonly retryJitter: number
  readonly maxPayloadBytes: number
  readonly maxLength: number
  readonly shares: Shares
  readonly retention: Retention
  readonly targetAgeMs: Readonly<Record<Level, number>>
  readonly isSample: boolean
}

const defaultTargetAgeMs: Readonly<Record<Level, number>> = { urgent: 5_000, high: 30_000, normal: 120_000, low: 900_000 }

const settingNames = [
  'maxRetries',
  'retryDelay',
  'retryJitter',
  'maxPayloadBytes',
  'maxLength',
  'shares',
  'retention',
  'targetAgeMs',
  'isSample',
] as const satisfies readonly (keyof QueueSettings)[]

const queueOptionNames: ReadonlySet<string> = new Set([...settingNames, 'connection', 'schema', 'store', 'log'])
const levelNames: ReadonlySet<string> = new Set(levels)
const retentionNames: ReadonlySet<string> = new Set(Object.keys(defaultRetention))
const largeCount = 1_000_000_000

/** @throws OPTION_INVALID */
export function requireQueueOptions(options: unknown): QueueOptions {
  const given = requireObject('Queue', options) as QueueOptions
  refuseUnknown('Queue', given, queueOptionNames)
  requireConnection('Queue', given.connection)
  return given
}

/** Checks each setting and fills in what was left out. @throws OPTION_INVALID naming the field and what is allowed */
export function resolveSettings(where: string, given: QueueSettings): ResolvedSettings {
  const within = (field: keyof QueueSettings, fallback: number, min: number, max: number, whole: boolean): number => {
    const value = given[field]
    return value === undefined ? fallback : requireNumber(where, field, value, { min, max, whole })
  }
  return {
    maxRetries: within('maxRetries', 3, 1, 1000, true),
    retryDelay: within('retryDelay', 1, 0, 86_400, false),
    retryJitter: within('retryJitter', 0, 0, 1, false),
    maxPayloadBytes: within('maxPayloadBytes', 256 * 1024, 1, 16 * 1024 * 1024, true),
    maxLength: within('maxLength', 0, 0, largeCount, true),
    shares: requireShares(where, given.shares),
    retention: requireRetention(where, given.retention),
    targetAgeMs: requireTargetAges(where, given.targetAgeMs),
    isSample: requireIsSample(where, given.isSample),
  }
}

function requireIsSample(where: string, isSample: unknown): boolean {
  if (isSample === undefined || typeof isSample === 'boolean') return isSample ?? false
  throw new MillraceError('OPTION_INVALID', `${where}: \`isSample\` must be true or false, got ${shown(isSample)}`)
}

function requireShares(where: string, shares: Shares | undefined): Shares {
  if (shares === undefined) return defaultShares
  if (shares === 'strict') return shares
  if (typeof shares !== 'object' || shares === null) {
    throw new MillraceError(
      'OPTION_INVALID',
      `${where}: \`shares\` must be 'strict' or a number for each of ${levels.join(', ')}, got ${shown(shares)}`,
    )
  }
  refuseUnknown(`${where}: shares`, shares, levelNames)
  for (const level of levels) requireNumber(where, `shares.${level}`, shares[level], { min: 1, max: 100, whole: true })
  return { ...shares }
}

function requireRetention(where: string, retention: Partial<Retention> | undefined): Retention {
  if (retention === undefined) return defaultRetention
  refuseUnknown(`${where}: retention`, requireObject(`${where}: retention`, retention), retentionNames)
  for (const [field, value] of Object.entries(retention)) {
    const max = field.endsWith('AgeMs') ? 3652.5 * 86_400_000 : largeCount
    requireNumber(where, `retention.${field}`, value, { min: 0, max, whole: true })
  }
  return { ...defaultRetention, ...retention }
}

function requireTargetAges(where: string, ages: QueueSettings['targetAgeMs']): Readonly<Record<Level, number>> {
  if (ages === undefined) return defaultTargetAgeMs
  refuseUnknown(`${where}: targetAgeMs`, requireObject(`${where}: targetAgeMs`, ages), levelNames)
  for (const [level, value] of Object.entries(ages)) requireNumber(where, `targetAgeMs.${level}`, value, { min: 1, max: 31_557_600_000 })
  return { ...defaultTargetAgeMs, ...ages }
}
