import type { Role } from '@millrace/contract'
import { MillraceError } from '@millrace/connection'
import { SignJWT } from 'jose'
import type { AuthOptions } from './auth-options.ts'

export interface TokenClaims {
  /** Claim `sub`: whom the token speaks for. */
  readonly subject: string
  readonly role: Role
  /** Claim `name`: how the subject is shown. */
  readonly name?: string
  /** How long the token holds, seconds. 1…31,536,000. */
  readonly ttlSeconds: number
}

/**
 * A token the server of the same options accepts. Used by commands that run beside a server and share its secret.
 * @throws MillraceError OPTION_INVALID when the server only verifies (public key, key set): ask its issuer for a token
 */
export async function signToken(auth: AuthOptions, claims: TokenClaims): Promise<string> {
  if (auth.kind !== 'secret') {
    throw new MillraceError(
      'OPTION_INVALID',
      'This server only verifies tokens (JWT_PUBLIC_KEY or JWT_JWKS_URL is set); get a token from their issuer.',
    )
  }
  if (!(claims.ttlSeconds >= 1 && claims.ttlSeconds <= 31_536_000)) {
    throw new MillraceError('OPTION_INVALID', `ttlSeconds is ${claims.ttlSeconds}; allowed are 1 to 31,536,000.`)
  }
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const token = new SignJWT({ [auth.roleClaim ?? 'role']: claims.role, ...(claims.name === undefined ? {} : { name: claims.name }) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(claims.subject)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + Math.ceil(claims.ttlSeconds))
  if (auth.issuer !== undefined) token.setIssuer(auth.issuer)
  if (auth.audience !== undefined) token.setAudience(auth.audience)
  return token.sign(auth.secret)
}
