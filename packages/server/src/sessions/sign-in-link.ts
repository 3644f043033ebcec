import { createHash, randomBytes } from 'node:crypto'
import { MillraceError } from '@millrace/connection'
import type { Connection, KeyValue } from '@millrace/connection'
import type { Identity } from '../auth/identity.ts'
import { unauthenticated } from '../auth/verifier.ts'
import { longestSessionMs, sessionRoom } from './sessions.ts'

/** A link that nobody opened ends after this, ms. */
const linkTtlMs = 30 * 60_000
/** For so long whoever comes too late is told that, ms. */
const rememberedMs = 24 * 60 * 60_000
const used = 'used:'
const another =
  'For another one, run millrace sign-in where the server runs, with its REDIS_URL or DATA_DIR; in the folder of npm start: npx millrace sign-in.'

/**
 * A link that signs one browser in as admin: 128 random bits, once, within 30 minutes. The store keeps only its digest. Print it to
 * a person, never to a log.
 * @param options.url where browsers reach the server, with the path it is mounted at: `http://127.0.0.1:3000`
 */
export async function createSignInLink(connection: Connection, options: { readonly url: string }): Promise<string> {
  const token = randomBytes(16).toString('base64url')
  await sessionRoom(connection).set(keyOf(token), String(Date.now() + linkTtlMs), { ttlMs: rememberedMs })
  // Behind the #, so that it reaches neither a server's log nor a referrer.
  return `${options.url.replace(/\/+$/, '')}/sign-in#${token}`
}

/** True for what stands behind the # of a link. */
export function isLinkToken(token: string): boolean {
  return /^[\w-]{22}$/.test(token)
}

/**
 * Uses a link up.
 * @throws MillraceError UNAUTHENTICATED for one that never was, SIGN_IN_LINK_USED, SIGN_IN_LINK_EXPIRED; STORE_UNAVAILABLE  it may be
 *   used up
 */
export async function useSignInLink(store: KeyValue, token: string): Promise<Identity> {
  const key = keyOf(token)
  const found = await store.get(key)
  if (found === undefined) throw unauthenticated()
  if (found.startsWith(used)) throw usedUp()
  if (Date.now() >= Number(found)) {
    throw new MillraceError('SIGN_IN_LINK_EXPIRED', `This link was valid for 30 minutes. ${another}`)
  }
  const mine = used + randomBytes(16).toString('base64url')
  // A call that was repeated inside finds its own mark and reports no change: the mark tells.
  const changed = await store.compareAndSet(key, found, mine, { ttlMs: rememberedMs })
  if (!changed && (await store.get(key)) !== mine) throw usedUp()
  return { subject: 'admin', name: null, role: 'admin', expiresAtMs: Date.now() + longestSessionMs, sessionId: null }
}

function usedUp(): MillraceError {
  return new MillraceError('SIGN_IN_LINK_USED', `This link was used already; each signs in once. ${another}`)
}

const keyOf = (token: string) => `link:${createHash('sha256').update(token).digest('base64url')}`
