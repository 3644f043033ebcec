import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Level, oneOf, record } from './primitives.ts'

/** A caller's own id of a message, and the form of an Idempotency-Key. */
export const MessageId = Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$', description: '1–128 printable ASCII characters without space' })

const options = {
  priority: Type.Optional(Level),
  delayMs: Type.Optional(
    Type.Number({ minimum: 0, maximum: 315_576_000_000, description: 'ms from now, at most 10 years; not together with scheduledFor' }),
  ),
  scheduledFor: Type.Optional(
    Type.Union([Type.Number({ minimum: 0 }), Type.String({ minLength: 10, maxLength: 40 })], {
      description: 'ms since 1970 or ISO 8601 with a time zone; the past means now, at most 10 years ahead',
    }),
  ),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  id: Type.Optional(MessageId),
  maxRetries: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: 'attempts in all' })),
  retryDelay: Type.Optional(
    Type.Number({ minimum: 0, maximum: 86_400, description: 'seconds before the second attempt, doubled for each further one' }),
  ),
  timeoutMs: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'an attempt longer than this has failed' })),
  tags: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 10 })),
}

/** One message to enqueue. Any JSON payload is taken; a handler that cannot read it buries it with the reason. */
export const NewMessage = record({
  payload: Type.Unknown({ description: 'any JSON, 256 KiB unless the queue says otherwise' }),
  ...options,
})
export type NewMessage = Static<typeof NewMessage>

/** Up to 1,000 messages in one request. */
export const NewMessages = record({ messages: Type.Array(NewMessage, { minItems: 1, maxItems: 1_000 }) })
export type NewMessages = Static<typeof NewMessages>

export const EnqueueBody = Type.Union([NewMessage, NewMessages])
export type EnqueueBody = Static<typeof EnqueueBody>

/** `duplicate`: an equal message with this id was taken before; nothing was added. */
export const Enqueued = record({ id: Type.String(), status: oneOf(['added', 'duplicate']) })
export type Enqueued = Static<typeof Enqueued>

/** Why one message of a bulk was not taken, or (`STORE_UNAVAILABLE`) is not known to be taken; repeat that one under the id given here. */
export const EnqueueFailure = record({
  id: Type.String(),
  error: record({ code: Type.String(), status: Type.Integer(), detail: Type.String() }),
})
export type EnqueueFailure = Static<typeof EnqueueFailure>

/** In the order of `messages`. */
export const EnqueueResults = record({ results: Type.Array(Type.Union([Enqueued, EnqueueFailure])) })
export type EnqueueResults = Static<typeof EnqueueResults>

export const EnqueueAnswer = Type.Union([Enqueued, EnqueueResults])
export type EnqueueAnswer = Static<typeof EnqueueAnswer>
