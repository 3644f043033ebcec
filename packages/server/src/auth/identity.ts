import type { Role } from '@millrace/contract'
import { roles } from '@millrace/contract'

/** Whom a verified token speaks for. */
export interface Identity {
  /** Claim `sub`; null when the token names nobody. */
  readonly subject: string | null
  /** Claim `name`, for showing. */
  readonly name: string | null
  readonly role: Role
  /** When the token ends, ms since 1970. */
  readonly expiresAtMs: number
  /** The session of a signed-in browser; null for a bearer token. */
  readonly sessionId: string | null
}

/** True when `role` may do what asks for `needed`. */
export function mayActAs(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed)
}

/** The role a claim grants: a word, or the highest of a list of words. Anything unknown grants what having no role grants: viewer. */
export function roleOf(claim: unknown): Role {
  const words: unknown[] = Array.isArray(claim) ? claim : [claim]
  return roles.findLast((role) => words.includes(role)) ?? 'viewer'
}
