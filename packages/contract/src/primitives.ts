import { Type } from 'typebox'
import type { Static, TSchema } from 'typebox'

/** `schema` or null. A figure that cannot be had is null, never 0 and never left out. */
export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

/** An object that has exactly these properties. */
export const record = <Properties extends Record<string, TSchema>>(properties: Properties, options: { description?: string } = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options })

/** One of a few words. */
export const oneOf = <const Words extends string[]>(words: readonly [...Words], description?: string) =>
  Type.Enum<Words>([...words], description === undefined ? {} : { description })

/** A whole number ≥ 0. */
export const Count = Type.Integer({ minimum: 0 })

/** ms since 1970. */
export const EpochMs = Type.Integer({ minimum: 0, description: 'ms since 1970' })

/** The four priorities, highest first. */
export const Level = oneOf(['urgent', 'high', 'normal', 'low'], 'the level a message waits in')
export type Level = Static<typeof Level>

export const QueueName = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: '1–64 letters, digits, dots, underscores or hyphens; the first a letter or digit',
})
