import { Type } from 'typebox'
import type { Static } from 'typebox'
import { record } from '../primitives.ts'

/** Names that `@` completes: of people who wrote, signed in or were mentioned, last seen first. */
export const People = record({ people: Type.Array(record({ name: Type.String() })) })
export type People = Static<typeof People>
