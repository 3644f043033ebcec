import { inspect } from 'node:util'
import { generateKeyPairSync } from 'node:crypto'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { readConfig } from './read-config.ts'
import type { Environment } from './read-config.ts'

const pem = (type: 'ed25519' | 'x25519') =>
  generateKeyPairSync(type as 'ed25519').publicKey.export({ type: 'spki', format: 'pem' }) as string
const verifies = { JWT_ISSUER: 'https://issuer.example.org', JWT_AUDIENCE: 'millrace' }

function problemsOf(environment: Environment): string[] {
  try {
    readConfig(environment)
  } catch (error) {
    const { code, details } = error as { code: string; details: { problems: string[] } }
    expect(code).toBe('CONFIG_INVALID')
    return details.problems
  }
  return []
}

it('an empty environment gives the defaults', () => {
  expect(readConfig({ PORT: '', JWT_SECRET: ' ' })).toEqual({
    host: '127.0.0.1',
    port: 3000,
    redisUrl: null,
    dataDir: resolve('.millrace'),
    auth: { kind: 'generated-secret', roleClaim: 'role' },
    trustProxy: [],
    publicUrl: null,
    corsOrigins: [],
    rateLimits: { performance: 50, queues: 200 },
    logLevel: 'info',
  })
})

it('every problem is reported at once, by variable and with what is allowed', () => {
  const problems = problemsOf({
    HOST: 'http://x',
    PORT: '70000',
    REDIS_URL: 'http://user:hunter2@cache',
    JWT_SECRET: 'hunter2',
    JWT_JWKS_URL: 'http://keys.example.org',
    TRUST_PROXY: 'true, 10.0.0.0/33, 0.0.0.0/0',
    PUBLIC_URL: 'queues.example.org',
    CORS_ORIGINS: '*',
    RATE_LIMIT_PERFORMANCE: '0',
    RATE_LIMIT_QUEUES: '1e9',
    LOG_LEVEL: 'loud',
  })
  const variables = ['HOST', 'PORT', 'REDIS_URL', 'JWT_SECRET and JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_JWKS_URL']
  const others = [
    'TRUST_PROXY',
    'TRUST_PROXY',
    'TRUST_PROXY',
    'PUBLIC_URL',
    'CORS_ORIGINS',
    'RATE_LIMIT_PERFORMANCE',
    'RATE_LIMIT_QUEUES',
    'LOG_LEVEL',
  ]
  expect(problems.map((problem) => [...variables, ...others].find((name) => problem.startsWith(name)))).toHaveLength(
    variables.length + others.length,
  )
  expect(problems.join('\n')).not.toContain('hunter2')
})

it.each([
  [{ PORT: '-1' }, 'PORT'],
  [{ PORT: '3000x' }, 'PORT'],
  [{ JWT_SECRET: 'x'.repeat(31) }, '31 bytes'],
  [{ ...verifies, JWT_PUBLIC_KEY: 'nonsense' }, 'PEM'],
  [{ ...verifies, JWT_PUBLIC_KEY: pem('x25519') }, 'RSA'],
  [{ JWT_PUBLIC_KEY: pem('ed25519'), JWT_ISSUER: 'x' }, 'JWT_AUDIENCE'],
  [{ JWT_PUBLIC_KEY: pem('ed25519'), JWT_AUDIENCE: 'x' }, 'JWT_ISSUER'],
  [{ ...verifies, JWT_SECRET: 'x'.repeat(32), JWT_PUBLIC_KEY: pem('ed25519') }, 'set one'],
  [{ ...verifies, JWT_JWKS_URL: 'https://user:pass@keys.example.org' }, 'JWT_JWKS_URL'],
  [{ TRUST_PROXY: '0.0.0.0/0' }, 'forge'],
  [{ TRUST_PROXY: '::/0' }, 'forge'],
  [{ PUBLIC_URL: 'https://example.org/path' }, 'PUBLIC_URL'],
  [{ PUBLIC_URL: 'ftp://example.org' }, 'PUBLIC_URL'],
] as [Environment, string][])('%j is refused', (environment, word) => {
  expect(problemsOf(environment)).toEqual([expect.stringContaining(word)])
})

it('what is allowed is taken, and the result is frozen', () => {
  const config = readConfig({
    ...verifies,
    HOST: '::1',
    PORT: '0',
    JWT_PUBLIC_KEY: pem('ed25519').replaceAll('\n', '\\n'),
    JWT_ROLE_CLAIM: 'https://example.org/role',
    TRUST_PROXY: '10.0.0.0/8, 192.168.1.1,fd00::/8',
    PUBLIC_URL: 'https://queues.example.org/',
    CORS_ORIGINS: 'https://a.example.org,http://localhost:5173',
    RATE_LIMIT_QUEUES: '1000000',
    LOG_LEVEL: 'DEBUG',
    REDIS_URL: 'redis+sentinel://a,b/master',
  })
  expect(config).toMatchObject({ host: '::1', port: 0, publicUrl: 'https://queues.example.org', logLevel: 'debug' })
  expect(config.trustProxy).toEqual(['10.0.0.0/8', '192.168.1.1', 'fd00::/8'])
  expect(config.rateLimits).toEqual({ performance: 50, queues: 1_000_000 })
  expect(config.auth).toMatchObject({ kind: 'public-key', issuer: verifies.JWT_ISSUER, roleClaim: 'https://example.org/role' })
  expect([config, config.auth, config.trustProxy, config.corsOrigins].every(Object.isFrozen)).toBe(true)
})

it('printing a configuration shows no secret', () => {
  const config = readConfig({ JWT_SECRET: 'hunter2'.repeat(6), REDIS_URL: 'redis://user:hunter2@localhost' })
  expect(config.redisUrl?.reveal()).toContain('hunter2')
  const printed = [
    JSON.stringify(config),
    inspect(config, { depth: 9, showHidden: true }),
    `${config.redisUrl}`,
    String(Object.values(config)),
  ]
  for (const text of printed) expect(text).not.toContain('hunter2')
})
