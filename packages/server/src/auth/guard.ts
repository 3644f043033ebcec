import { MillraceError } from '@millrace/connection'
import type { Policy, Role } from '@millrace/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
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
export function guard(app: FastifyInstance, verifier: Verifier): void {
  app.addHook('onRequest', async (request) => {
    // No route matched: a path that only spells /api differently is treated as one below it, the rest is answered with 404.
    if (request.is404) return void (looksLikeApi(request.raw.url ?? '') && (await authenticate(request, verifier)))
    const access = request.routeOptions.config.millraceAccess
    if (access === undefined) throw new MillraceError('ROUTE_NOT_FOUND', 'There is nothing here.')
    if (access.role === 'public') return
    const identity = await authenticate(request, verifier)
    if (!mayActAs(identity.role, access.role)) {
      throw new MillraceError('ROLE_TOO_LOW', `This needs the role ${access.role}; the token has the role ${identity.role}.`)
    }
  })
}

/** Verifies the request's token and remembers whom it speaks for. */
export async function authenticate(request: FastifyRequest, verifier: Verifier): Promise<Identity> {
  const token = bearerOf(request.headers.authorization)
  if (token === undefined) throw unauthenticated()
  const identity = await verifier.verify(token)
  identities.set(request, identity)
  return identity
}

/** The scheme's name is case-insensitive (RFC 9110 §11.1); exactly one space and no more parts. */
function bearerOf(header: string | undefined): string | undefined {
  return /^bearer ([^\s,]+)$/i.exec(header ?? '')?.[1]
}
