import type { KeyValue } from '@millrace/connection'
import type { Gate } from '../auth/guard.ts'
import type { Identity } from '../auth/identity.ts'
import { defineHandlers, Reply } from '../http/handler.ts'
import { isLinkToken, useSignInLink } from '../sessions/sign-in-link.ts'

/**
 * Signing in, who am I, signing out.
 * @param room where sign-in links are kept
 */
export function sessionHandlers({ verifier, sessions, cookie }: Pick<Gate, 'verifier' | 'sessions' | 'cookie'>, room: KeyValue) {
  return defineHandlers({
    createSession: async ({ body }) => {
      const given = isLinkToken(body.token) ? await useSignInLink(room, body.token) : await verifier.verify(body.token)
      const { token, identity } = await sessions.begin(given)
      return new Reply(shown(identity), { 'set-cookie': cookie.write(token, identity.expiresAtMs) })
    },
    getSession: ({ identity }) => shown(identity),
    deleteSession: async ({ identity }) => {
      // A bearer token ends by itself.
      if (identity.sessionId === null) return { signedOut: false }
      await sessions.end(identity)
      return new Reply({ signedOut: true }, { 'set-cookie': cookie.clear() })
    },
  })
}

function shown({ subject, name, role, expiresAtMs }: Identity) {
  return { subject, name, role, expiresAtMs }
}
