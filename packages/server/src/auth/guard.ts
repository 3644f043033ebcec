import { isMillraceError, MillraceError } from '@millrace/connection'
import type { Policy, Role } from '@millrace/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RateLimits } from '../limits/rate-limits.ts'
import { looksLikeApi } from './api-path.ts'
import { mayActAs } from './identity.ts'
import type { Identity } from './identity.ts'
import { unauthenticated } from './verifier.ts'
import type { Verifier } from './verifier.ts'

/** What a registered route demands; every route of the plugin states it, and one that does not is never served. */
export interface Access {
  readonly role: 'public' | Role
  readonly policy: Policy
}

declare module 'fastify' {
  interface FastifyContextConfig {
    millraceAccess?: Access
  }
}

const identities = new WeakMap<FastifyRequest, Identity>()

/** Whom the request speaks for; undefined on public routes. */
export function identityOf(request: FastifyRequest): Identity | undefined {
  return identities.get(request)
}

/**
 * Verifies every request of this scope before its body is read. It goes by the route that was matched, not by the text of
 * the path, so no spelling of a path reaches a handler past it.
 */
export function guard(app: FastifyInstance, gate: Gate): void {
  app.addHook('onRequest', async (request, reply) => {
    // No route matched: a path that only spells /api differently is treated as one below it, the rest is answered with 404.
    if (request.is404) return void (looksLikeApi(request.raw.url ?? '') && (await gate.identify(request, reply)))
    const access = request.routeOptions.config.millraceAccess
    if (access === undefined) throw new MillraceError('ROUTE_NOT_FOUND', 'There is nothing here.')
    if (access.role === 'public') return
    const identity = await gate.identify(request, reply)
    await gate.limits.takeVerified(request, reply, access.policy, identity)
    if (!mayActAs(identity.role, access.role)) {
      throw new MillraceError('ROLE_TOO_LOW', `This needs the role ${access.role}; the token has the role ${identity.role}.`)
    }
  })
}

/** Who may come in: verifies requests, and counts those it turns away. */
export class Gate {
  readonly limits: RateLimits
  readonly #verifier: Verifier

  constructor(verifier: Verifier, limits: RateLimits) {
    this.#verifier = verifier
    this.limits = limits
  }

  /**
   * Verifies the request's token and remembers whom it speaks for.
   * @throws MillraceError UNAUTHENTICATED, RATE_LIMITED where too many were, KEYS_UNAVAILABLE
   */
  async identify(request: FastifyRequest, reply: FastifyReply): Promise<Identity> {
    try {
      const token = bearerOf(request.headers.authorization)
      if (token === undefined) throw unauthenticated()
      const identity = await this.#verifier.verify(token)
      identities.set(request, identity)
      return identity
    } catch (error) {
      if (isMillraceError(error, 'UNAUTHENTICATED')) await this.limits.takeFailed(request, reply)
      throw error
    }
  }
}

/** The scheme's name is case-insensitive (RFC 9110 §11.1); exactly one space and no more parts. */
function bearerOf(header: string | undefined): string | undefined {
  return /^bearer ([^\s,]+)$/i.exec(header ?? '')?.[1]
}
