import { randomBytes } from 'node:crypto'
import type { Connection, KeyValue } from '@millrace/connection'
import { jwtVerify, SignJWT } from 'jose'
import type { AuthOptions } from '../auth/auth-options.ts'
import { roleOf } from '../auth/identity.ts'
import type { Identity } from '../auth/identity.ts'
import { hasTokenShape } from '../auth/token-shape.ts'
import { unauthenticated } from '../auth/verifier.ts'
import { openSessionKey } from './session-key.ts'

/** A session ends after this at the latest, ms. */
export const longestSessionMs = 12 * 60 * 60_000
/** Whether a session was ended is asked within this, ms; then it is unknown, and nobody is let in. */
const storeDeadlineMs = 1_000
const algorithm = 'HS256'
const type = 'millrace-session+jwt'

/** The room of the store that sessions and sign-in links are kept in. */
export function sessionRoom(connection: Connection): KeyValue {
  return connection.keyValue('sessions', { callTimeoutMs: storeDeadlineMs })
}

/**
 * Sessions of browsers. A session is a signed text in a cookie, so nothing is kept of it; only that it was ended is, in the store,
 * until it would have ended by itself. Whether it was is asked at each request, one round trip.
 */
export class Sessions {
  readonly #key: Uint8Array
  readonly #store: KeyValue

  constructor(key: Uint8Array, store: KeyValue) {
    this.#key = key
    this.#store = store
  }

  static async open(auth: AuthOptions, connection: Connection): Promise<Sessions> {
    const store = sessionRoom(connection)
    return new Sessions(await openSessionKey(auth, store), store)
  }

  /** Begins a session that ends with `identity`, or after 12 h. */
  async begin(identity: Identity): Promise<{ readonly token: string; readonly identity: Identity }> {
    const id = randomBytes(16).toString('base64url')
    const endsAtSeconds = Math.floor(Math.min(identity.expiresAtMs, Date.now() + longestSessionMs) / 1_000)
    const { subject, name, role } = identity
    const claims = { role, ...(subject === null ? {} : { sub: subject }), ...(name === null ? {} : { name }) }
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, typ: type })
      .setJti(id)
      .setIssuedAt()
      .setExpirationTime(endsAtSeconds)
      .sign(this.#key)
    return { token, identity: { ...identity, expiresAtMs: endsAtSeconds * 1_000, sessionId: id } }
  }

  /**
   * @throws MillraceError UNAUTHENTICATED for what is no session or was ended; STORE_UNAVAILABLE when the store does not say
   *   whether it was, since one that was must not come back with an outage
   */
  async verify(token: string): Promise<Identity> {
    if (!hasTokenShape(token)) throw unauthenticated()
    const options = { algorithms: [algorithm], typ: type, requiredClaims: ['exp', 'jti'] }
    const { payload } = await jwtVerify(token, this.#key, options).catch((error: unknown) => {
      throw unauthenticated(error)
    })
    const { jti = '', sub = null, exp = 0, name } = payload
    if (await this.#isEnded(jti)) throw unauthenticated()
    return {
      subject: sub,
      name: typeof name === 'string' ? name : null,
      role: roleOf(payload['role']),
      expiresAtMs: exp * 1_000,
      sessionId: jti,
    }
  }

  /** Whether the session that `identity` came with was ended since; false for a token, which ends by itself. @throws MillraceError STORE_UNAVAILABLE */
  async wasEnded({ sessionId }: Pick<Identity, 'sessionId'>): Promise<boolean> {
    return sessionId !== null && this.#isEnded(sessionId)
  }

  async #isEnded(id: string): Promise<boolean> {
    return (await this.#store.get(endedKey(id))) !== undefined
  }

  /** Ends a session in every process. @throws MillraceError STORE_UNAVAILABLE  it may go on */
  async end(identity: Identity): Promise<void> {
    if (identity.sessionId === null) return
    const ttlMs = Math.max(1_000, Math.ceil(identity.expiresAtMs - Date.now()) + 60_000)
    await this.#store.set(endedKey(identity.sessionId), '', { ttlMs })
  }
}

const endedKey = (id: string) => `ended:${id}`
