import { Type } from 'typebox'
import type { Static } from 'typebox'
import { MessageId } from './messages.ts'
import { Count, QueueName, record } from './primitives.ts'

export const QueuePaused = record({
  queue: QueueName,
  paused: Type.Boolean({ description: 'true: no message is given out until the queue is resumed; what runs goes on' }),
})
export type QueuePaused = Static<typeof QueuePaused>

/** Which dead messages become ready again: those of `ids`, else all. */
export const RedriveBody = Type.Object(
  {
    expectedCount: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'how many the caller was shown; another number of dead messages, or of ids, is refused with 409',
      }),
    ),
    ids: Type.Optional(Type.Array(MessageId, { minItems: 1, maxItems: 1000, uniqueItems: true })),
    delayMs: Type.Optional(
      Type.Number({ minimum: 0, maximum: 3.2e11, description: 'they are scheduled in so many ms; 0 or left out: ready now' }),
    ),
  },
  { additionalProperties: false },
)
export type RedriveBody = Static<typeof RedriveBody>

/** Attempts are counted from zero again. Ids that are not dead are passed over. */
export const Redriven = record({ queue: QueueName, redriven: Count })
export type Redriven = Static<typeof Redriven>
