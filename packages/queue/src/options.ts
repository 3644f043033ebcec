import type { Connection } from '@millrace/connection'
import type { Level, MessageOptions } from './message.ts'
import type { Retention } from './store/store.ts'

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
}

/** Shares between levels, or `strict`: highest first, always. */
export type Shares = Readonly<Record<Level, number>> | 'strict'

export interface QueueOptions {
  readonly connection: Connection
  /** Attempts in all before a message is dead. 1…1,000. @defaultValue 3 */
  readonly maxRetries?: number
  /** Seconds before the second attempt; doubled for each further one, at most 15 min. @defaultValue 1 */
  readonly retryDelay?: number
  /** Largest payload, bytes of JSON. @defaultValue 262_144 */
  readonly maxPayloadBytes?: number
  /** Refuse enqueue (QUEUE_FULL) beyond this many waiting messages; 0 is no limit. @defaultValue 0 */
  readonly maxLength?: number
  /** @defaultValue { urgent: 8, high: 4, normal: 2, low: 1 } */
  readonly shares?: Shares
  readonly retention?: Partial<Retention>
  /** Waiting longer than this is too long, ms a level. @defaultValue 5 s, 30 s, 2 min, 15 min */
  readonly targetAgeMs?: Readonly<Partial<Record<Level, number>>>
}
