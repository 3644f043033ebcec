import { createHmac, randomBytes } from 'node:crypto'
import { MillraceError } from '@millrace/connection'
import type { KeyValue } from '@millrace/connection'
import type { AuthOptions } from '../auth/auth-options.ts'
import { minSecretBytes } from '../auth/verifier.ts'

const key = 'session-secret'

/**
 * What signs sessions, alike in every server of a store and never the key of tokens themselves: so a session is no bearer token,
 * and a token no session. It follows from the secret, or, where tokens are only verified here, from a secret of the store's own
 * together with the key that verifies. Another secret or key ends all sessions.
 * @throws MillraceError SECRET_UNUSABLE when the store's own was tampered with
 */
export async function openSessionKey(auth: AuthOptions, store: KeyValue): Promise<Uint8Array> {
  if (auth.kind === 'secret') return derive(auth.secret, '')
  const secret = Buffer.from(await ownSecret(store), 'base64url')
  if (secret.byteLength < minSecretBytes)
    throw new MillraceError('SECRET_UNUSABLE', `The key ${key} of the store holds no secret; delete it to have a new one made.`)
  return derive(secret, JSON.stringify([auth.kind === 'public-key' ? auth.publicKey : auth.url, auth.issuer, auth.audience]))
}

/** The first server makes it, and all use it. */
async function ownSecret(store: KeyValue): Promise<string> {
  for (;;) {
    const kept = await store.get(key)
    if (kept !== undefined) return kept
    await store.compareAndSet(key, undefined, randomBytes(32).toString('base64url'))
  }
}

function derive(secret: Uint8Array, context: string): Uint8Array {
  return createHmac('sha256', secret).update('millrace session\0').update(context).digest()
}
