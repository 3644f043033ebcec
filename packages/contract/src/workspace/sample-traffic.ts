import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EpochMs, nullable, QueueName, record } from '../primitives.ts'

/** Made-up messages for newcomers, in a queue of their own; off unless somebody started them. */
export const SampleTraffic = record({
  running: Type.Boolean(),
  queue: QueueName,
  startedAtMs: nullable(EpochMs),
  endsAtMs: nullable(EpochMs),
  by: nullable(Type.String({ description: 'the subject who started it' })),
})
export type SampleTraffic = Static<typeof SampleTraffic>

export const SampleStart = record({
  minutes: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 30, default: 5, description: 'it ends by itself after these; 5 when left out' }),
  ),
})
export type SampleStart = Static<typeof SampleStart>
