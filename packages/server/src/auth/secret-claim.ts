import { createHash } from 'node:crypto'
import { MillraceError } from '@millrace/connection'
import type { KeyValue, Log } from '@millrace/connection'

const key = 'secret-fingerprint'
/** A claim nobody renews is forgotten after this, ms: a server that died does not lock out its successor for long. */
export const claimTtlMs = 90_000
const renewEveryMs = 30_000

export interface SecretClaimOptions {
  readonly keyValue: KeyValue
  readonly secret: Uint8Array
  /** True when the secret was made by this machine and not given to it. */
  readonly generated: boolean
  readonly log: Log
}

/**
 * Servers on one store must share one secret, or a token holds on one and fails on the next. Each publishes the fingerprint of
 * its secret; a server whose own secret was only generated gives way to what is published. A configured secret replaces it:
 * that is how an operator changes the secret.
 * @returns ends the claim
 * @throws MillraceError SECRET_MISMATCH
 */
export async function claimSecret(options: SecretClaimOptions): Promise<() => Promise<void>> {
  const { keyValue, generated, log } = options
  const mine = fingerprintOf(options.secret)
  for (;;) {
    const found = await keyValue.get(key)
    if (found !== undefined && found !== mine && generated) throw mismatch()
    if (await keyValue.compareAndSet(key, found, mine, { ttlMs: claimTtlMs })) break
  }
  let warned = false
  const renew = async () => {
    const found = await keyValue.get(key)
    if (found === undefined || found === mine) {
      await keyValue.compareAndSet(key, found, mine, { ttlMs: claimTtlMs })
      warned = false
    } else if (!warned) {
      warned = true
      log.error({}, 'another server on this store verifies tokens with another secret: give all of them the same JWT_SECRET')
    }
  }
  const timer = setInterval(
    () => void renew().catch((error: unknown) => log.warn({ err: error }, 'the fingerprint of the secret could not be renewed')),
    renewEveryMs,
  )
  timer.unref()
  return async () => {
    clearInterval(timer)
    await keyValue.compareAndSet(key, mine, undefined).catch(() => false)
  }
}

/** Enough of the digest to tell secrets apart, too little to help anybody find one. */
export function fingerprintOf(secret: Uint8Array): string {
  return createHash('sha256').update('millrace secret fingerprint\0').update(secret).digest('base64url').slice(0, 22)
}

function mismatch(): MillraceError {
  return new MillraceError(
    'SECRET_MISMATCH',
    `Another server on this Redis signs with another secret, so tokens of one would fail on the other. Set the same JWT_SECRET for both, or copy its DATA_DIR/jwt-secret here. If that server is gone, start again in ${claimTtlMs / 1_000} s.`,
  )
}
