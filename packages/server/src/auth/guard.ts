import { isMillraceError, MillraceError } from '@millrace/connection'
import type { Policy, Role } from '@millrace/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errorTable } from '../errors/error-table.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { OwnAddress } from '../sessions/own-address.ts'
import type { SessionCookie } from '../sessions/session-cookie.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { looksLikeApi } from './api-path.ts'
import { mayActAs } from './identity.ts'
import type { Identity } from './identity.ts'
import { unauthenticated } from './verifier.ts'
import type { Verifier } from './verifier.ts'

/** What a registered route demands; every route of the plugin states it, and one that does not is never served. */
export interface Access {
  readonly role: 'public' | Role
  readonly policy: Policy
  /** True: answered at the own names of the server only. @defaultValue false */
  readonly ownNamesOnly?: boolean
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
    if (access.ownNamesOnly) gate.address.checkHost(request)
    if (access.role === 'public') return
    const identity = await gate.identify(request, reply)
    await gate.limits.takeVerified(request, reply, access.policy, identity)
    if (!mayActAs(identity.role, access.role)) {
      throw new MillraceError('ROLE_TOO_LOW', `This needs the role ${access.role}; the token has the role ${identity.role}.`)
    }
  })
}

interface GateParts {
  readonly verifier: Verifier
  readonly sessions: Sessions
  readonly cookie: SessionCookie
  readonly address: OwnAddress
  readonly limits: RateLimits
}

/** Who may come in: verifies requests, and counts those it turns away. */
export class Gate implements GateParts {
  readonly verifier: Verifier
  readonly sessions: Sessions
  readonly cookie: SessionCookie
  readonly address: OwnAddress
  readonly limits: RateLimits

  constructor(parts: GateParts) {
    this.verifier = parts.verifier
    this.sessions = parts.sessions
    this.cookie = parts.cookie
    this.address = parts.address
    this.limits = parts.limits
  }

  /**
   * Verifies the request's token, or the session of its cookie where it has none, and remembers whom it speaks for.
   * @throws MillraceError UNAUTHENTICATED, RATE_LIMITED where too many were; HOST_UNKNOWN, CROSS_SITE_REFUSED for a cookie that
   *   was sent by a page of another site; KEYS_UNAVAILABLE, STORE_UNAVAILABLE
   */
  async identify(request: FastifyRequest, reply: FastifyReply): Promise<Identity> {
    const identity = await this.#verify(request).catch((error: unknown) => this.turnAway(request, reply, error))
    identities.set(request, identity)
    return identity
  }

  /** Counts a refused token. @throws MillraceError `error`, or RATE_LIMITED where too many were refused */
  async turnAway(request: FastifyRequest, reply: FastifyReply, error: unknown): Promise<never> {
    if (isMillraceError(error) && errorTable[error.code]?.status === 401) await this.limits.takeFailed(request, reply)
    throw error
  }

  async #verify(request: FastifyRequest): Promise<Identity> {
    const { authorization, cookie } = request.headers
    // Whoever sends a token means it: a bad one is not made good by a cookie. Other schemes are those of proxies before us.
    if (/^bearer\b/i.test(authorization ?? '')) {
      const token = bearerOf(authorization)
      if (token === undefined) throw unauthenticated()
      return this.verifier.verify(token)
    }
    const session = this.cookie.read(cookie)
    if (session === undefined) throw unauthenticated()
    const identity = await this.sessions.verify(session)
    this.address.checkCookieRequest(request)
    return identity
  }
}

/** The scheme's name is case-insensitive (RFC 9110 §11.1); exactly one space and no more parts. */
function bearerOf(header: string | undefined): string | undefined {
  return /^bearer ([^\s,]+)$/i.exec(header ?? '')?.[1]
}
