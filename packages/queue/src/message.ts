/** The four levels, highest first. Their order here is their order everywhere. */
export const levels = ['urgent', 'high', 'normal', 'low'] as const

/** A message's priority: the level it waits in. */
export type Level = (typeof levels)[number]

/** Where a message can be. */
export const states = ['scheduled', 'ready', 'active', 'completed', 'dead'] as const

/** Where a message is. A failed attempt goes back to `scheduled`; cancelling removes the message. */
export type MessageState = (typeof states)[number]

/** What a producer may decide for one message; a field left out takes the queue's setting. */
export interface MessageOptions {
  /** 1–128 printable characters; groups figures and finds failed messages. */
  readonly name?: string
  /** Attempts in all before the message is dead. 1…1,000. */
  readonly maxRetries?: number
  /** Seconds before the second attempt; doubled for each further one. 0…86,400. */
  readonly retryDelay?: number
  /** An attempt longer than this has failed, ms. */
  readonly timeoutMs?: number
  /** At most 10, each 1–64 characters. */
  readonly tags?: readonly string[]
}

/** What a handler gets. `payload` was parsed from the stored JSON and belongs to the handler. */
export interface Message<Payload = unknown> {
  readonly id: string
  /** The name given at enqueue, else 'default'. */
  readonly name: string
  readonly payload: Payload
  readonly priority: Level
  /** 1 for the first run of the handler; counts failures and crashes, not releases. */
  readonly attempt: number
  /** Failed attempts so far. */
  readonly retries: number
  /** When the store took the message, ms since 1970 by the store's clock. */
  readonly createdAtMs: number
  /** When it was due first, ms since 1970; null when it was due at once. */
  readonly scheduledFor: number | null
  readonly tags: readonly string[]
}
