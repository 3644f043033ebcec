import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { MillraceError } from '@millrace/connection'
import type { Log } from '@millrace/connection'
import { decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { JWTPayload, JWTVerifyOptions, JWTVerifyResult } from 'jose'
import type { AuthOptions } from './auth-options.ts'
import { roleOf } from './identity.ts'
import type { Identity } from './identity.ts'
import { openKeySet } from './key-set.ts'
import { hasTokenShape } from './token-shape.ts'

/** Shortest secret, bytes: as long as the digest of HS256 (RFC 7518 §3.2). */
export const minSecretBytes = 32
/** Clocks of issuer and server may differ by this much, seconds. */
const clockToleranceSeconds = 5
const longestClaim = 256

export interface Verifier {
  /**
   * @throws MillraceError UNAUTHENTICATED for every token that does not hold, always with the same words;
   *   KEYS_UNAVAILABLE when the key set could not be fetched
   */
  verify(token: string): Promise<Identity>
}

/**
 * @param log hears of a key set that cannot be fetched
 * @throws MillraceError OPTION_INVALID for a key that cannot verify safely
 */
export function createVerifier(options: AuthOptions, log?: Log): Verifier {
  const check = checkerOf(options, log)
  const roleClaim = options.roleClaim ?? 'role'
  return {
    async verify(token) {
      if (!hasTokenShape(token)) throw unauthenticated()
      const { payload } = await check(token).catch((error: unknown) => {
        throw isOutage(error)
          ? new MillraceError('KEYS_UNAVAILABLE', 'The keys that verify tokens cannot be fetched; nothing was read or changed.', {
              cause: error,
            })
          : unauthenticated(error)
      })
      return identityOf(payload, roleClaim)
    },
  }
}

/** The one refusal; what exactly was wrong is nobody's business but the log's. */
export function unauthenticated(cause?: unknown): MillraceError {
  return new MillraceError('UNAUTHENTICATED', 'This needs a valid token: Authorization: Bearer <token>.', { cause })
}

type Check = (token: string) => Promise<JWTVerifyResult>

function checkerOf(options: AuthOptions, log: Log | undefined): Check {
  const claims: JWTVerifyOptions = {
    requiredClaims: ['exp'],
    clockTolerance: clockToleranceSeconds,
    ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
    ...(options.audience === undefined ? {} : { audience: options.audience }),
  }
  switch (options.kind) {
    case 'secret': {
      if (options.secret.byteLength < minSecretBytes) {
        throw new MillraceError(
          'OPTION_INVALID',
          `The secret has ${options.secret.byteLength} bytes; at least ${minSecretBytes} are needed.`,
        )
      }
      const { secret } = options
      return (token) => jwtVerify(token, secret, { ...claims, algorithms: ['HS256'] })
    }
    case 'public-key': {
      const key = publicKeyOf(options.publicKey)
      const algorithms = algorithmsOf(key)
      return (token) => jwtVerify(token, key, { ...claims, algorithms })
    }
    case 'key-set': {
      const keys = openKeySet(options.url, log)
      const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
      return async (token) => {
        // Without a key id any key of the set would be tried: an issuer must say which one it used.
        if (typeof decodeProtectedHeader(token).kid !== 'string') throw unauthenticated()
        return jwtVerify(token, keys, { ...claims, algorithms })
      }
    }
  }
}

/** @throws MillraceError OPTION_INVALID when it is no public key, or a private one */
export function publicKeyOf(pem: string): KeyObject {
  if (/PRIVATE KEY/.test(pem)) throw new MillraceError('OPTION_INVALID', 'A private key was given; a verifier needs only the public one.')
  try {
    return createPublicKey(pem)
  } catch (error) {
    throw new MillraceError('OPTION_INVALID', 'The public key is not in PEM form (-----BEGIN PUBLIC KEY-----).', { cause: error })
  }
}

/** The algorithms a key may be used with; never taken from a token. */
export function algorithmsOf(key: KeyObject): string[] {
  const curve = key.asymmetricKeyDetails?.namedCurve
  if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return ['RS256', 'PS256']
  if (key.asymmetricKeyType === 'ec' && curve === 'prime256v1') return ['ES256']
  if (key.asymmetricKeyType === 'ec' && curve === 'secp384r1') return ['ES384']
  if (key.asymmetricKeyType === 'ed25519') return ['EdDSA', 'Ed25519']
  throw new MillraceError('OPTION_INVALID', 'The public key must be RSA of at least 2,048 bits, P-256, P-384 or Ed25519.')
}

function identityOf(payload: JWTPayload, roleClaim: string): Identity {
  const { exp, sub, nbf } = payload
  // JSON's 1e309 is read as Infinity, which jose takes for a number in the far future.
  if (!Number.isSafeInteger(Math.trunc(exp ?? Number.NaN)) || (nbf !== undefined && !Number.isFinite(nbf))) throw unauthenticated()
  if (sub !== undefined && (typeof sub !== 'string' || sub === '' || sub.length > longestClaim)) throw unauthenticated()
  const name = payload['name']
  return {
    subject: sub ?? null,
    name: typeof name === 'string' && name !== '' ? name.slice(0, longestClaim) : null,
    role: roleOf(Object.hasOwn(payload, roleClaim) ? payload[roleClaim] : undefined),
    expiresAtMs: (exp as number) * 1_000,
    sessionId: null,
  }
}

/** A key set that could not be had says nothing about the token. */
function isOutage(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout) return true
  if (error instanceof errors.JWKSInvalid) return true
  if (error instanceof errors.JOSEError) return error.code === 'ERR_JOSE_GENERIC'
  return !(error instanceof MillraceError)
}
