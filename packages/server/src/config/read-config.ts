import { MillraceError } from '@millrace/connection'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { algorithmsOf, minSecretBytes, publicKeyOf } from '../auth/verifier.ts'
import { defaultLimits } from '../limits/policies.ts'
import { logLevels } from './config.ts'
import type { AuthConfig, Config, LogLevel } from './config.ts'
import { SecretText } from './secret-text.ts'

/** Variables by name; an empty value counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>

const schemes = ['redis:', 'rediss:', 'redis+sentinel:', 'redis+cluster:']

/**
 * Reads what a server needs from the environment; touches neither disk nor network.
 * @throws MillraceError CONFIG_INVALID naming every variable that is wrong at once, with what is allowed and never a secret's text;
 *   `details.problems` holds them one by one
 */
export function readConfig(environment: Environment = process.env): Config {
  const problems: string[] = []
  const read = new Reader(environment, problems)
  const config: Config = {
    host: read.host(),
    port: read.port(),
    redisUrl: read.redisUrl(),
    dataDir: resolve(read.text('DATA_DIR') ?? './.millrace'),
    auth: Object.freeze(readAuth(read, problems)),
    trustProxy: Object.freeze(read.list('TRUST_PROXY').filter((entry) => read.isNetwork(entry))),
    publicUrl: read.origin('PUBLIC_URL', read.text('PUBLIC_URL')),
    corsOrigins: Object.freeze(read.list('CORS_ORIGINS').flatMap((entry) => read.origin('CORS_ORIGINS', entry) ?? [])),
    rateLimits: Object.freeze({
      performance: read.limit('RATE_LIMIT_PERFORMANCE', defaultLimits.performance),
      queues: read.limit('RATE_LIMIT_QUEUES', defaultLimits.queues),
    }),
    logLevel: read.logLevel(),
  }
  if (problems.length > 0) {
    throw new MillraceError(
      'CONFIG_INVALID',
      `The environment cannot be used; nothing was started:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
      {
        details: { problems },
      },
    )
  }
  return Object.freeze(config)
}

function readAuth(read: Reader, problems: string[]): AuthConfig {
  const secret = read.text('JWT_SECRET')
  const publicKey = read.text('JWT_PUBLIC_KEY')?.replaceAll('\\n', '\n')
  const url = read.text('JWT_JWKS_URL')
  const issuer = read.text('JWT_ISSUER')
  const audience = read.text('JWT_AUDIENCE')
  const common = {
    roleClaim: read.text('JWT_ROLE_CLAIM') ?? 'role',
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  }
  const given = [secret && 'JWT_SECRET', publicKey && 'JWT_PUBLIC_KEY', url && 'JWT_JWKS_URL'].filter((name) => name !== undefined)
  if (given.length > 1) problems.push(`${given.join(' and ')} are set together; a server verifies by one of them, so set one`)
  if (publicKey === undefined && url === undefined) {
    if (secret === undefined) return { ...common, kind: 'generated-secret' }
    const bytes = Buffer.byteLength(secret)
    if (bytes < minSecretBytes)
      problems.push(`JWT_SECRET has ${bytes} bytes; at least ${minSecretBytes} are needed (openssl rand -base64 32)`)
    return { ...common, kind: 'secret', secret: new SecretText(secret) }
  }
  const name = publicKey === undefined ? 'JWT_JWKS_URL' : 'JWT_PUBLIC_KEY'
  if (issuer === undefined) problems.push(`JWT_ISSUER is not set; ${name} needs it, else tokens made for other services would hold here`)
  if (audience === undefined)
    problems.push(`JWT_AUDIENCE is not set; ${name} needs it, else tokens made for other services would hold here`)
  const named = { ...common, issuer: issuer ?? '', audience: audience ?? '' }
  if (publicKey !== undefined) {
    try {
      algorithmsOf(publicKeyOf(publicKey))
    } catch (error) {
      problems.push(`JWT_PUBLIC_KEY cannot be used: ${(error as Error).message}`)
    }
    return { ...named, kind: 'public-key', publicKey }
  }
  return { ...named, kind: 'key-set', url: read.keySetUrl(url ?? '') }
}

class Reader {
  readonly #environment: Environment
  readonly #problems: string[]

  constructor(environment: Environment, problems: string[]) {
    this.#environment = environment
    this.#problems = problems
  }

  text(name: string): string | undefined {
    const value = this.#environment[name]?.trim()
    return value === '' ? undefined : value
  }

  list(name: string): string[] {
    return (this.text(name) ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
  }

  host(): string {
    const host = this.text('HOST') ?? '127.0.0.1'
    if (!/^[A-Za-z0-9.:_-]{1,253}$/.test(host))
      this.#problems.push(`HOST is ${shown(host)}; allowed is an address or host name without scheme or port`)
    return host
  }

  port(): number {
    const text = this.text('PORT') ?? '3000'
    const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
    if (!(port <= 65_535)) this.#problems.push(`PORT is ${shown(text)}; allowed is a whole number from 0 (the system chooses) to 65535`)
    return port
  }

  /** The address may hold a password, so a wrong one is not repeated. */
  redisUrl(): SecretText | null {
    const text = this.text('REDIS_URL')
    if (text === undefined) return null
    const scheme = /^[a-z+]+:(?=\/\/)/i.exec(text)?.[0]?.toLowerCase()
    if (scheme === undefined || !schemes.includes(scheme)) {
      this.#problems.push(
        `REDIS_URL must begin with ${schemes.map((known) => `${known}//`).join(', ')}; without it the embedded file in DATA_DIR is used`,
      )
    }
    return new SecretText(text)
  }

  limit(name: string, otherwise: number): number {
    const text = this.text(name) ?? String(otherwise)
    const limit = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN
    if (!(limit >= 1 && limit <= 1_000_000))
      this.#problems.push(`${name} is ${shown(text)}; allowed is a whole number of requests from 1 to 1,000,000 in 15 minutes`)
    return limit
  }

  logLevel(): LogLevel {
    const level = (this.text('LOG_LEVEL') ?? 'info').toLowerCase()
    if (!(logLevels as readonly string[]).includes(level))
      this.#problems.push(`LOG_LEVEL is ${shown(level)}; allowed are ${logLevels.join(', ')}`)
    return level as LogLevel
  }

  isNetwork(entry: string): boolean {
    const [address = '', bits, ...more] = entry.split('/')
    const family = isIP(address)
    const width = bits === undefined ? undefined : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    const fits = width === undefined || (width >= 1 && width <= (family === 6 ? 128 : 32))
    if (family !== 0 && more.length === 0 && fits) return true
    const all = width === 0 ? ' (a network of all addresses would let anybody forge its address)' : ''
    this.#problems.push(
      `TRUST_PROXY holds ${shown(entry)}; allowed are addresses and networks such as 10.0.0.0/8, separated by commas${all}`,
    )
    return false
  }

  origin(name: string, text: string | undefined): string | null {
    if (text === undefined) return null
    const url = URL.canParse(text) ? new URL(text) : undefined
    const bare =
      url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
    if (bare && (url.protocol === 'https:' || url.protocol === 'http:')) return url.origin
    this.#problems.push(`${name} holds ${shown(text)}; allowed is an origin such as https://queues.example.org, without a path`)
    return null
  }

  /** Plain http only to this machine: whoever can change the answer could sign any token. */
  keySetUrl(text: string): string {
    const url = URL.canParse(text) ? new URL(text) : undefined
    const local = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1' || url?.hostname === '[::1]'
    const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && local)
    if (url === undefined || !safe || url.username !== '' || url.password !== '') {
      this.#problems.push('JWT_JWKS_URL must be an https address without user name and password')
    }
    return text
  }
}

/** A wrong value as it may be printed: one line, short, without user name and password. */
const shown = (text: string) => JSON.stringify(text.replace(/\/\/[^/@]*@/, '//…@').slice(0, 80))
