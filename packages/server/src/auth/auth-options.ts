interface CommonAuthOptions {
  /** Demanded as `iss` when given. */
  readonly issuer?: string
  /** Demanded in `aud` when given. */
  readonly audience?: string
  /** The claim that holds the role. @defaultValue 'role' */
  readonly roleClaim?: string
}

/** HS256 with a secret both sides know, ≥ 32 bytes. Only this kind can also sign. */
export interface SecretAuth extends CommonAuthOptions {
  readonly kind: 'secret'
  readonly secret: Uint8Array
}

/** One public key in PEM; its type fixes the algorithms. */
export interface PublicKeyAuth extends CommonAuthOptions {
  readonly kind: 'public-key'
  readonly publicKey: string
  readonly issuer: string
  readonly audience: string
}

/** A key set fetched over https; kept, and asked for a key it does not know, as `openKeySet` says: 10 min, and at most every 30 s. */
export interface KeySetAuth extends CommonAuthOptions {
  readonly kind: 'key-set'
  readonly url: string
  readonly issuer: string
  readonly audience: string
}

/** How tokens are verified. A server has exactly one; symmetric and asymmetric keys are never mixed. */
export type AuthOptions = SecretAuth | PublicKeyAuth | KeySetAuth
