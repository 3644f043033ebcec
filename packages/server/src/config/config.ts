import type { Limits } from '../limits/policies.ts'
import type { SecretText } from './secret-text.ts'

/** How tokens will be verified, before the secret was read or made. */
export type AuthConfig = (
  | { readonly kind: 'generated-secret' }
  | { readonly kind: 'secret'; readonly secret: SecretText }
  | { readonly kind: 'public-key'; readonly publicKey: string; readonly issuer: string; readonly audience: string }
  | { readonly kind: 'key-set'; readonly url: string; readonly issuer: string; readonly audience: string }
) & { readonly issuer?: string; readonly audience?: string; readonly roleClaim: string }

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** What the environment decided, checked and frozen. Printing it shows no secret. */
export interface Config {
  /** @defaultValue '127.0.0.1' */
  readonly host: string
  /** 0 lets the system choose. @defaultValue 3000 */
  readonly port: number
  /** The store on Redis; null: the embedded file in `dataDir`. Secret because it may hold a password. */
  readonly redisUrl: SecretText | null
  /** Absolute. The embedded file, the generated secret, documents of the workspace. @defaultValue './.millrace' */
  readonly dataDir: string
  readonly auth: AuthConfig
  /** Addresses and networks whose forwarding headers are believed. @defaultValue none */
  readonly trustProxy: readonly string[]
  /** Where browsers reach the server: an origin, no path. */
  readonly publicUrl: string | null
  /** Origins of other sites whose pages may call the interface. @defaultValue none */
  readonly corsOrigins: readonly string[]
  /** Requests an address may make in 15 min. 1…1,000,000. @defaultValue 50 and 200 */
  readonly rateLimits: Pick<Limits, 'performance' | 'queues'>
  /** @defaultValue 'info' */
  readonly logLevel: LogLevel
}

/** Where the store is, for `connect`. Never log it; a connection's `description` may be. */
export function storeUrlOf(config: Config): string {
  return config.redisUrl === null ? `file:${config.dataDir}` : config.redisUrl.reveal()
}
