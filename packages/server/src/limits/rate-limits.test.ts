import { createHash } from 'node:crypto'
import { connect, connectEmbedded } from '@millrace/connection'
import type { Connection } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import type { Policy } from '@millrace/contract'
import Fastify from 'fastify'
import type { LightMyRequestResponse } from 'fastify'
import { SignJWT } from 'jose'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { guard } from '../auth/guard.ts'
import { signToken } from '../auth/sign-token.ts'
import { replyWithProblem } from '../errors/error-handler.ts'
import { problemOf, startHarness } from '../harness.test.setup.ts'
import { defineHandlers } from '../http/handler.ts'
import { createGate } from '../plugin.ts'
import type { Limits } from './policies.ts'

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end()
})

const auth = { kind: 'secret', secret: Buffer.alloc(32, 7) } as const
const tokenOf = (subject: string) => signToken(auth, { subject, role: 'viewer', ttlSeconds: 600 })

/** A guarded application with one route a policy, as small as one can be; `/performance` knows a tag. */
async function serve(connection: Connection, limits: Partial<Limits> = {}) {
  const app = Fastify({ frameworkErrors: (error, request, reply) => void replyWithProblem(error, request, reply) })
  ending.push(() => app.close())
  app.setErrorHandler((error, request, reply) => replyWithProblem(error, request, reply))
  const gate = await createGate({ auth, connection, limits })
  guard(app, gate)
  gate.limits.giveBackUnchanged(app)
  for (const policy of ['performance', 'queues', 'workspace', 'metrics', 'none'] as const satisfies Policy[]) {
    app.get(`/${policy}`, { config: { millraceAccess: { role: 'viewer', policy } } }, (request, reply) =>
      request.headers['if-none-match'] === '"same"' ? reply.code(304).send() : { policy },
    )
  }
  app.get('/operators', { config: { millraceAccess: { role: 'operator', policy: 'metrics' } } }, () => ({}))
  const token = await tokenOf('vera')
  return (path: string, more: { token?: string; from?: string; headers?: Record<string, string> } = {}) =>
    app.inject({
      url: path,
      remoteAddress: more.from ?? '192.0.2.1',
      headers: { authorization: `Bearer ${more.token ?? token}`, ...more.headers },
    })
}

type Ask = Awaited<ReturnType<typeof serve>>

async function onRedis() {
  const redis = await RedisProcess.start()
  ending.push(() => redis.close())
  return {
    redis,
    connection: async () => {
      const connection = await connect(redis.url)
      ending.push(() => connection.close())
      return connection
    },
  }
}

async function onFile() {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-limits-'))
  const connection = await connectEmbedded(directory)
  ending.push(
    () => rm(directory, { recursive: true }),
    () => connection.close(),
  )
  return connection
}

async function statuses(count: number, ask: (n: number) => Promise<LightMyRequestResponse>): Promise<number[]> {
  const found: number[] = []
  for (let n = 0; n < count; n++) found.push((await ask(n)).statusCode)
  return found
}

const repeated = (status: number, count: number) => Array.from({ length: count }, () => status)

describe('on one Redis', () => {
  it.each([
    ['performance', 50],
    ['queues', 200],
  ] as const)('the request after the last of %s (%i) is refused, whichever server it comes to', async (policy, limit) => {
    const { connection } = await onRedis()
    const servers = [await serve(await connection()), await serve(await connection())]
    const ask = (n: number) => (servers[n % 2] as Ask)(`/${policy}`)
    expect(await statuses(limit, ask)).toEqual(repeated(200, limit))
    for (const n of [0, 1]) problemOf(await ask(n), 429, 'RATE_LIMITED')
    // Another address, another policy.
    expect((await (servers[0] as Ask)(`/${policy}`, { from: '192.0.2.2' })).statusCode).toBe(200)
    expect((await (servers[1] as Ask)('/metrics')).statusCode).toBe(200)
  })

  it('many at once spend no more than one after the other', async () => {
    const { connection } = await onRedis()
    const servers = [await serve(await connection()), await serve(await connection())]
    const answers = await Promise.all(Array.from({ length: 120 }, (_, n) => (servers[n % 2] as Ask)('/performance')))
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(50)
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(70)
  })

  it('when Redis is killed, each server limits alone and fails nobody; when it is back, they count together', async () => {
    const { redis, connection } = await onRedis()
    const connections = [await connection(), await connection()]
    const servers = [await serve(connections[0] as Connection), await serve(connections[1] as Connection)]
    expect(await statuses(49, () => (servers[0] as Ask)('/performance'))).toEqual(repeated(200, 49))
    await redis.kill()
    for (const ask of servers) {
      expect(await statuses(52, () => ask('/performance'))).toEqual([...repeated(200, 50), 429, 429])
      expect(await statuses(3, () => ask('/none', { token: 'bad' }))).toEqual(repeated(401, 3))
    }
    await redis.restart()
    await expect.poll(() => connections.every(({ connected }) => connected), { timeout: 10_000 }).toBe(true)
    // The counter of the killed Redis is gone with it; the memory of the outage is over when the store counts again.
    await expect.poll(async () => (await (servers[0] as Ask)('/performance')).headers['ratelimit'], { timeout: 10_000 }).toContain('r=49')
    expect((await (servers[1] as Ask)('/performance')).headers['ratelimit']).toContain('r=48')
  })

  it('while Redis hangs, a request waits half a second at most, and is limited', async () => {
    const { redis, connection } = await onRedis()
    const ask = await serve(await connection())
    await ask('/performance')
    redis.pause()
    ending.push(async () => redis.resume())
    const waits: number[] = []
    const found = await statuses(51, async () => {
      const startedMs = performance.now()
      const answer = await ask('/performance')
      waits.push(performance.now() - startedMs)
      return answer
    })
    expect(found).toEqual([...repeated(200, 50), 429])
    expect(Math.max(...waits)).toBeLessThan(1_500)
    // One try a second; whoever comes between does not wait.
    expect(waits.filter((ms) => ms > 250).length).toBeLessThan(10)
  })
})

describe('in one process', () => {
  it('each answer tells policy, quota, what is left and when it is whole again; a refusal also when to come back', async () => {
    const ask = await serve(await onFile(), { performance: 2 })
    const first = await ask('/performance')
    expect(first.headers['ratelimit-policy']).toBe('"performance";q=2;w=900')
    expect(first.headers['ratelimit']).toBe('"performance";r=1;t=900')
    expect((await ask('/performance')).headers['ratelimit']).toMatch(/^"performance";r=0;t=(900|89\d)$/)
    const refused = await ask('/performance')
    expect(problemOf(refused, 429, 'RATE_LIMITED').detail).toContain('2 performance requests')
    expect(refused.headers['ratelimit']).toMatch(/^"performance";r=0;t=(900|89\d)$/)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(890)
    const free = await ask('/none')
    expect([free.statusCode, free.headers['ratelimit'], free.headers['ratelimit-policy']]).toEqual([200, undefined, undefined])
  })

  it('an answer that nothing changed is not charged, whatever the order', async () => {
    const ask = await serve(await onFile(), { performance: 3 })
    const headers = { 'if-none-match': '"same"' }
    for (let round = 0; round < 10; round++) {
      const unchanged = await ask('/performance', { headers })
      expect([unchanged.statusCode, unchanged.headers['ratelimit']]).toEqual([304, expect.stringContaining('r=3;')])
    }
    expect((await ask('/performance')).headers['ratelimit']).toContain('r=2;')
    expect((await ask('/performance', { headers })).headers['ratelimit']).toContain('r=2;')
    expect(await statuses(3, () => ask('/performance'))).toEqual([200, 200, 429])
  })

  it('a bad token spends nothing of a good one, and locks out nobody but bad ones', async () => {
    const ask = await serve(await onFile())
    const bad = (n: number) => ask('/performance', { token: n % 2 === 0 ? 'bad' : `${n}.b.c` })
    expect(await statuses(62, bad)).toEqual([...repeated(401, 60), 429, 429])
    const refused = await bad(0)
    expect(problemOf(refused, 429, 'RATE_LIMITED').detail).toContain('without a valid token')
    expect(refused.headers['ratelimit-policy']).toBe('"auth";q=60;w=900')
    // None at all is counted like a bad one, on every route.
    expect((await ask('/none', { headers: { authorization: '' } })).statusCode).toBe(429)
    expect(await statuses(51, () => ask('/performance'))).toEqual([...repeated(200, 50), 429])
    expect(await statuses(1, () => ask('/queues'))).toEqual([200])
    expect((await ask('/queues', { token: 'bad', from: '192.0.2.2' })).statusCode).toBe(401)
  })

  it('a role that is too low is counted like any verified request', async () => {
    const ask = await serve(await onFile(), { metrics: 2 })
    expect(await statuses(3, () => ask('/operators'))).toEqual([403, 403, 429])
  })

  it('the workspace counts by user, and by address who has no name', async () => {
    const ask = await serve(await onFile(), { workspace: 2 })
    const otto = await tokenOf('otto')
    const nobody = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(auth.secret)
    expect(await statuses(3, (n) => ask('/workspace', { from: `192.0.2.${n}` }))).toEqual([200, 200, 429])
    expect(await statuses(3, () => ask('/workspace', { token: otto }))).toEqual([200, 200, 429])
    expect(await statuses(3, () => ask('/workspace', { token: nobody }))).toEqual([200, 200, 429])
    expect(await statuses(1, () => ask('/workspace', { token: nobody, from: '192.0.2.9' }))).toEqual([200])
  })

  it('addresses of one /64 share a budget, mapped IPv4 addresses do not, and a mapped one is the plain one', async () => {
    const ask = await serve(await onFile(), { performance: 2 })
    const from = (address: string) => ask('/performance', { from: address })
    expect(await statuses(3, (n) => from(`2001:db8::${n}`))).toEqual([200, 200, 429])
    expect((await from('2001:db8:0:1::1')).statusCode).toBe(200)
    expect(await statuses(3, (n) => from(`::ffff:198.51.100.${n}`))).toEqual([200, 200, 200])
    expect([(await from('198.51.100.1')).statusCode, (await from('::ffff:c633:6401')).statusCode]).toEqual([200, 429])
  })
})

describe('a whole server', () => {
  const queues = { mail: {} }

  it('refuses the 201st queue request of an address over two servers on one Redis', async () => {
    const redis = await RedisProcess.start()
    ending.push(() => redis.close())
    const shared = { redis, prefix: `test-${crypto.randomUUID()}:`, environment: { JWT_SECRET: 'x'.repeat(32) }, queues, limits: {} }
    const servers = [await startHarness('redis', shared), await startHarness('redis', shared)]
    for (const server of servers) ending.push(() => server.close())
    const ask = (n: number) => servers[n % 2]!.ask('GET', '/api/performance/queues', { role: 'viewer' })
    expect(await statuses(200, ask)).toEqual(repeated(200, 200))
    problemOf(await ask(0), 429, 'RATE_LIMITED')
    problemOf(await ask(1), 429, 'RATE_LIMITED')
    expect((await servers[0]!.ask('GET', '/health/live')).headers['ratelimit']).toBeUndefined()
  })

  it('takes its limits from the environment', async () => {
    const harness = await startHarness('embedded', { environment: { RATE_LIMIT_QUEUES: '1' }, queues, limits: {} })
    ending.push(() => harness.close())
    const ask = () => harness.ask('GET', '/api/performance/queues', { role: 'viewer' })
    expect([(await ask()).headers['ratelimit-policy'], (await ask()).statusCode]).toEqual(['"queues";q=1;w=900', 429])
  })

  it('believes a forwarded address from listed proxies only: else a thousand of them are one client', async () => {
    const handlers = defineHandlers({ search: ({ query }) => ({ query: query.q, results: [], total: 0 }) })
    const start = async (environment: Record<string, string>) => {
      const harness = await startHarness('embedded', {
        environment: { RATE_LIMIT_QUEUES: '3', ...environment },
        queues,
        handlers,
        limits: {},
      })
      ending.push(() => harness.close())
      return (forwarded: string, from = '10.0.0.1') =>
        harness.ask('GET', '/api/performance/queues', {
          role: 'viewer',
          from,
          headers: { 'x-forwarded-for': forwarded, forwarded: `for=${forwarded}` },
        })
    }
    const address = (n: number) => `203.0.113.${n % 256}`
    const direct = await start({})
    expect(await statuses(1_000, (n) => direct(address(n)))).toEqual([...repeated(200, 3), ...repeated(429, 997)])
    const elsewhere = await start({ TRUST_PROXY: '10.9.0.0/16' })
    expect(await statuses(5, (n) => elsewhere(address(n)))).toEqual([200, 200, 200, 429, 429])

    const proxied = await start({ TRUST_PROXY: '10.0.0.0/8' })
    expect(await statuses(5, (n) => proxied(address(n)))).toEqual(repeated(200, 5))
    // What a client wrote itself stands left of what the proxy saw.
    expect(await statuses(4, (n) => proxied(`${address(n)}, 198.51.100.7`))).toEqual([200, 200, 200, 429])
    expect(await statuses(4, (n) => proxied(`198.51.100.9, 10.2.2.${n}`))).toEqual([200, 200, 200, 429])
    expect(await statuses(4, (n) => proxied(`garbage ${createHash('sha1').update(String(n)).digest('hex')}`))).toEqual([200, 200, 200, 429])
  })
})
