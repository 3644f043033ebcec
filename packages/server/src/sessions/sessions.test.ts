import { generateKeyPairSync } from 'node:crypto'
import { RedisProcess } from '@millrace/connection/testing'
import { SignJWT } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { answerOf, cookieOf, problemOf, startHarness } from '../harness.test.setup.ts'
import type { Harness, StoreKind } from '../harness.test.setup.ts'
import { createSignInLink, signToken } from '../index.ts'

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const end of ending.splice(0).toReversed()) await end()
})

async function setup(kind: StoreKind = 'embedded', options: Parameters<typeof startHarness>[1] = {}): Promise<Harness> {
  const harness = await startHarness(kind, { queues: { mail: {} }, ...options })
  ending.push(() => harness.close())
  return harness
}

const address = 'http://127.0.0.1:3000'
const figures = '/api/performance/queues'
const ask = (harness: Harness, method: string, url: string, cookie: string, headers: Record<string, string> = {}) =>
  harness.ask(method, url, { headers: { cookie, 'sec-fetch-site': 'same-origin', ...headers } })
const tokenOf = (link: string) => link.split('#')[1] as string
const whoIs = async (harness: Harness, cookie: string) => answerOf('getSession', await ask(harness, 'GET', '/api/session', cookie))

/** Two servers of one Redis, as one behind a balancer. */
async function pair(environment: Record<string, string> = { JWT_SECRET: 'x'.repeat(32) }) {
  const redis = await RedisProcess.start()
  ending.push(() => redis.close())
  const shared = { redis, prefix: `test-${crypto.randomUUID()}:`, environment }
  return { redis, shared, servers: [await setup('redis', shared), await setup('redis', shared)] as [Harness, Harness] }
}

describe.each<StoreKind>(['embedded', 'redis'])('signing in on %s', (kind) => {
  it('a link signs one browser in as admin, once', async () => {
    const harness = await setup(kind)
    const link = await createSignInLink(harness.connection, { url: `${address}/` })
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:3000\/sign-in#[\w-]{22}$/)
    const token = tokenOf(link)
    const answer = await harness.ask('POST', '/api/session', { body: { token } })
    const session = answerOf<{ expiresAtMs: number }>('createSession', answer)
    expect(session).toMatchObject({ subject: 'admin', name: null, role: 'admin' })
    expect(session.expiresAtMs - Date.now()).toBeGreaterThan(11.9 * 3_600_000)
    expect(session.expiresAtMs - Date.now()).toBeLessThanOrEqual(12 * 3_600_000)
    expect(await whoIs(harness, cookieOf(answer))).toEqual(session)
    const { detail } = problemOf(await harness.ask('POST', '/api/session', { body: { token } }), 401, 'SIGN_IN_LINK_USED')
    expect(detail).toContain('run millrace sign-in where the server runs')
    problemOf(await harness.ask('POST', '/api/session', { body: { token: 'A'.repeat(22) } }), 401, 'UNAUTHENTICATED')
  })

  it('of many who open one link at once, one is let in', async () => {
    const harness = await setup(kind)
    const token = tokenOf(await createSignInLink(harness.connection, { url: address }))
    const answers = await Promise.all(Array.from({ length: 20 }, () => harness.ask('POST', '/api/session', { body: { token } })))
    expect(answers.map(({ statusCode }) => statusCode).filter((status) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.includes('SIGN_IN_LINK_USED'))).toHaveLength(19)
  })

  it('a session that was signed out is over, and another one of the same user is not', async () => {
    const harness = await setup(kind)
    const [one, other] = [await harness.signIn(harness.tokens.viewer), await harness.signIn(harness.tokens.viewer)]
    const out = await ask(harness, 'DELETE', '/api/session', one)
    expect(answerOf('deleteSession', out)).toEqual({ signedOut: true })
    expect(out.headers['set-cookie']).toBe('millrace-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict')
    problemOf(await ask(harness, 'GET', '/api/session', one), 401, 'UNAUTHENTICATED')
    problemOf(await ask(harness, 'GET', figures, one), 401, 'UNAUTHENTICATED')
    expect((await ask(harness, 'GET', figures, other)).statusCode).toBe(200)
    expect(answerOf('deleteSession', await harness.ask('DELETE', '/api/session', { role: 'viewer' }))).toEqual({ signedOut: false })
  })
})

it('a link that nobody opened within 30 minutes is over, and says so', async () => {
  const harness = await setup()
  const link = tokenOf(await createSignInLink(harness.connection, { url: address }))
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 29.9 * 60_000 })
  const early = tokenOf(await createSignInLink(harness.connection, { url: address }))
  vi.setSystemTime(Date.now() + 0.2 * 60_000)
  problemOf(await harness.ask('POST', '/api/session', { body: { token: link } }), 401, 'SIGN_IN_LINK_EXPIRED')
  expect((await harness.ask('POST', '/api/session', { body: { token: early } })).statusCode).toBe(201)
})

it('the store never holds what a link or a session is made of', async () => {
  const { redis, servers } = await pair()
  const token = tokenOf(await createSignInLink(servers[0].connection, { url: address }))
  const cookie = await servers[0].signIn(servers[0].tokens.admin)
  await ask(servers[0], 'DELETE', '/api/session', cookie)
  const { connect } = await import('node:net')
  const dump = await new Promise<string>((resolve) => {
    const socket = connect(redis.port, '127.0.0.1', () => socket.write('KEYS *\r\nQUIT\r\n'))
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('close', () => resolve(text))
  })
  expect(dump).toContain('{sessions}:link:')
  expect(dump).toContain('{sessions}:ended:')
  expect(dump).not.toContain(token)
  for (const { lines } of servers) expect(lines.join('\n')).not.toContain(token)
})

it('the cookie is for this server’s requests only: no script reads it, no other site sends it', async () => {
  const plain = await setup()
  const written = async (harness: Harness) =>
    String((await harness.ask('POST', '/api/session', { body: { token: harness.tokens.viewer } })).headers['set-cookie'])
  const attributes = (text: string) => text.split('; ').slice(1).toSorted()
  expect(attributes(await written(plain))).toEqual(['HttpOnly', expect.stringMatching(/^Max-Age=(600|59\d)$/), 'Path=/', 'SameSite=Strict'])
  const secure = await setup('embedded', { environment: { PUBLIC_URL: 'https://queues.example.org' } })
  expect(await written(secure)).toMatch(/^__Host-millrace-session=/)
  expect(attributes(await written(secure))).toContain('Secure')
})

it('a session ends with the token it was exchanged for, and after 12 h at the latest', async () => {
  const harness = await setup()
  const lasting = await signToken(harness.server.auth, { subject: 'vera', role: 'viewer', ttlSeconds: 30 * 24 * 3_600 })
  const [short, long] = [await harness.signIn(harness.tokens.viewer), await harness.signIn(lasting)]
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 595_000 })
  expect([(await ask(harness, 'GET', figures, short)).statusCode, (await ask(harness, 'GET', figures, long)).statusCode]).toEqual([
    200, 200,
  ])
  vi.setSystemTime(Date.now() + 10_000)
  problemOf(await ask(harness, 'GET', figures, short), 401, 'UNAUTHENTICATED')
  vi.setSystemTime(Date.now() + 11.8 * 3_600_000)
  expect((await ask(harness, 'GET', figures, long)).statusCode).toBe(200)
  vi.setSystemTime(Date.now() + 0.1 * 3_600_000)
  problemOf(await ask(harness, 'GET', figures, long), 401, 'UNAUTHENTICATED')
})

it('subject, name and role are those of the token, and a session is no bearer token nor begets another one', async () => {
  const harness = await setup()
  const token = await signToken(harness.server.auth, { subject: 'otto', role: 'operator', name: 'Otto Ö.', ttlSeconds: 60 })
  const cookie = await harness.signIn(token)
  expect(await whoIs(harness, cookie)).toMatchObject({ subject: 'otto', name: 'Otto Ö.', role: 'operator' })
  const session = cookie.split('=')[1] as string
  problemOf(await harness.ask('GET', figures, { token: session }), 401, 'UNAUTHENTICATED')
  problemOf(await harness.ask('POST', '/api/session', { body: { token: session } }), 401, 'UNAUTHENTICATED')
  problemOf(await ask(harness, 'GET', figures, `millrace-session=${token}`), 401, 'UNAUTHENTICATED')
})

it('of token and cookie the token speaks, and a bad one is not made good by a cookie', async () => {
  const harness = await setup()
  const cookie = await harness.signIn(harness.tokens.viewer)
  const as = (authorization: string) => ask(harness, 'GET', '/api/session', cookie, { authorization })
  expect((await as(`Bearer ${harness.tokens.admin}`)).json()).toMatchObject({ role: 'admin' })
  for (const bad of ['Bearer x', 'Bearer', 'bearer  ', `Bearer ${harness.tokens.admin} x`]) problemOf(await as(bad), 401, 'UNAUTHENTICATED')
  // A proxy before us may have a password of its own.
  expect((await as('Basic dmVyYTpwdw==')).json()).toMatchObject({ role: 'viewer' })
})

describe('over two servers of one Redis', () => {
  it('a session holds on both, and signing out on one ends it on the other', async () => {
    const { servers } = await pair()
    const cookie = await servers[0].signIn(servers[0].tokens.operator)
    expect(await whoIs(servers[1], cookie)).toMatchObject({ subject: 'otto' })
    answerOf('deleteSession', await ask(servers[1], 'DELETE', '/api/session', cookie))
    for (const server of servers) problemOf(await ask(server, 'GET', figures, cookie), 401, 'UNAUTHENTICATED')
  })

  it('a link of one is used up on the other', async () => {
    const { servers } = await pair()
    const token = tokenOf(await createSignInLink(servers[0].connection, { url: address }))
    expect((await servers[1].ask('POST', '/api/session', { body: { token } })).statusCode).toBe(201)
    problemOf(await servers[0].ask('POST', '/api/session', { body: { token } }), 401, 'SIGN_IN_LINK_USED')
  })

  it('servers that only verify tokens sign sessions alike, until they verify by another key', async () => {
    const keys = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')] as const
    const verifies = (n: 0 | 1) => ({
      JWT_PUBLIC_KEY: keys[n].publicKey.export({ type: 'spki', format: 'pem' }) as string,
      JWT_ISSUER: 'https://issuer.example.org',
      JWT_AUDIENCE: 'millrace',
    })
    const redis = await RedisProcess.start()
    ending.push(() => redis.close())
    const start = (n: 0 | 1) => startVerifying(redis, verifies(n))
    const [one, two] = await Promise.all([start(0), start(0)])
    const token = await new SignJWT({ role: 'operator' })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setSubject('otto')
      .setIssuer('https://issuer.example.org')
      .setAudience('millrace')
      .setExpirationTime('10m')
      .sign(keys[0].privateKey)
    const cookie = cookieOf(await one.app.inject({ method: 'POST', url: '/api/session', payload: { token } }))
    const status = async (server: typeof one) => (await server.app.inject({ url: '/api/session', headers: { cookie } })).statusCode
    expect([await status(one), await status(two)]).toEqual([200, 200])
    const changed = await start(1)
    expect(await status(changed)).toBe(401)
  })

  it('a changed secret ends sessions with the tokens they came from', async () => {
    const { redis, shared, servers } = await pair()
    const cookie = await servers[0].signIn(servers[0].tokens.admin)
    const changed = await setup('redis', { ...shared, redis, environment: { JWT_SECRET: 'y'.repeat(32) } })
    problemOf(await changed.ask('GET', figures, { token: servers[0].tokens.admin }), 401, 'UNAUTHENTICATED')
    problemOf(await ask(changed, 'GET', figures, cookie), 401, 'UNAUTHENTICATED')
    expect((await ask(servers[1], 'GET', figures, cookie)).statusCode).toBe(200)
  })

  it('while Redis is away nobody is let in by a cookie, told as an outage, and a bearer token still holds', async () => {
    const { redis, servers } = await pair()
    const cookie = await servers[0].signIn(servers[0].tokens.viewer)
    const ended = await servers[0].signIn(servers[0].tokens.viewer)
    answerOf('deleteSession', await ask(servers[0], 'DELETE', '/api/session', ended))
    redis.pause()
    const startedMs = performance.now()
    for (const one of [cookie, ended]) problemOf(await ask(servers[1], 'GET', '/api/session', one), 503, 'STORE_UNAVAILABLE')
    problemOf(await ask(servers[1], 'DELETE', '/api/session', cookie), 503, 'STORE_UNAVAILABLE')
    problemOf(await servers[1].ask('POST', '/api/session', { body: { token: 'A'.repeat(22) } }), 503, 'STORE_UNAVAILABLE')
    expect(performance.now() - startedMs).toBeLessThan(12_000)
    problemOf(await ask(servers[1], 'GET', '/api/session', `${cookie}x`), 401, 'UNAUTHENTICATED')
    expect((await servers[1].ask('GET', '/api/session', { role: 'viewer' })).statusCode).toBe(200)
    redis.resume()
    await expect.poll(async () => (await ask(servers[1], 'GET', '/api/session', cookie)).statusCode, { timeout: 10_000 }).toBe(200)
    problemOf(await ask(servers[1], 'GET', '/api/session', ended), 401, 'UNAUTHENTICATED')
  })
})

async function startVerifying(redis: RedisProcess, environment: Record<string, string>) {
  const { createServer, readConfig } = await import('../index.ts')
  const config = readConfig({ ...environment, REDIS_URL: redis.url, PORT: '0', LOG_LEVEL: 'silent', DATA_DIR: '/nonexistent' })
  const server = await createServer(config)
  ending.push(() => server.close())
  return server
}

it('signing in counts in the auth policy where it fails only, and what is verified there is not limited', async () => {
  const harness = await setup('embedded', { limits: { auth: 3 } })
  const tryIt = (token: string) => harness.ask('POST', '/api/session', { body: { token } })
  const link = tokenOf(await createSignInLink(harness.connection, { url: address }))
  expect((await tryIt(harness.tokens.viewer)).headers['ratelimit']).toBeUndefined()
  const bad = ['x', 'A'.repeat(22), 'a.b.c', 'y', 'z']
  const found: number[] = []
  for (const token of bad) found.push((await tryIt(token)).statusCode)
  expect(found).toEqual([401, 401, 401, 429, 429])
  // The address is locked out; its good link and token are not.
  const cookie = cookieOf(await tryIt(link))
  problemOf(await tryIt(link), 429, 'RATE_LIMITED')
  for (let n = 0; n < 10; n++) {
    const answer = await ask(harness, 'GET', '/api/session', cookie)
    expect([answer.statusCode, answer.headers['ratelimit']]).toEqual([200, undefined])
    expect((await tryIt(harness.tokens.viewer)).statusCode).toBe(201)
  }
  expect((await ask(harness, 'DELETE', '/api/session', cookie)).statusCode).toBe(200)
})
