import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EpochMs, nullable, oneOf, record } from './primitives.ts'
import { roles } from './route.ts'

/** What signs in: the token of a one-time link, or a JWT. */
export const NewSession = record({
  token: Type.String({ minLength: 1, maxLength: 8 * 1024, description: 'what stands behind the # of a one-time link, or a JWT' }),
})
export type NewSession = Static<typeof NewSession>

/** Whom the token or cookie of a request speaks for. */
export const Session = record({
  subject: nullable(Type.String({ description: 'null when the token names nobody' })),
  name: nullable(Type.String({ description: 'how the subject is shown' })),
  role: oneOf(roles),
  expiresAtMs: EpochMs,
})
export type Session = Static<typeof Session>

export const SignedOut = record({ signedOut: Type.Boolean({ description: 'false for a bearer token, which ends by itself' }) })
export type SignedOut = Static<typeof SignedOut>
