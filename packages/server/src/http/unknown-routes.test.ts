import { connectEmbedded } from '@millrace/connection'
import Fastify from 'fastify'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { defineHandlers, signToken } from '../index.ts'
import { createGate, standalonePlugin } from '../plugin.ts'

const auth = { kind: 'secret', secret: Buffer.alloc(32, 7) } as const
let app: ReturnType<typeof Fastify>
let token = ''
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-server-'))
  const connection = await connectEmbedded(directory)
  app = Fastify()
  closing.push(
    () => app.close(),
    () => connection.close(),
    () => rm(directory, { recursive: true }),
  )
  await app.register(standalonePlugin, {
    connection,
    auth,
    gate: await createGate({ auth, connection, limits: { auth: 1_000_000 } }),
    handlers: defineHandlers({ search: ({ query }) => ({ query: query.q, results: [], total: query.limit }) }),
  })
  token = await signToken(auth, { subject: 'ada', role: 'viewer', ttlSeconds: 60 })
})

afterAll(async () => {
  for (const close of closing) await close()
})

const ask = (method: string, url: string, withToken: boolean) =>
  app.inject({ method: method as 'GET', url, headers: withToken ? { authorization: `Bearer ${token}` } : {} })

const spellings = [
  '/api',
  '/api/',
  '/api/x',
  '/API/x',
  '//api/x',
  '/./api/x',
  '/x/../api/x',
  '/%61pi/x',
  '/api%2fx',
  '/%2fapi/x',
  '/api%252fx',
  '/x\\..\\api\\x',
]

it.each(spellings)('an unknown path below /api, spelt %s, is 401 without a token and 404 with one', async (url) => {
  for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']) {
    expect((await ask(method, url, false)).statusCode).toBe(401)
    expect((await ask(method, url, true)).statusCode).toBe(404)
  }
})

it.each(['/%61pi/workspace/search?q=x', '/api/workspace/search?q=x', '/api/workspace/%73earch?q=x'])(
  'no spelling of a real path passes the guard: %s',
  async (url) => {
    for (const method of ['GET', 'HEAD']) {
      expect((await ask(method, url, false)).statusCode).toBe(401)
      expect((await ask(method, url, true)).statusCode).toBe(200)
    }
  },
)

it('a path that exists under another method is 405 and names the methods, below /api only to who has a token', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    expect((await ask(method, '/api/workspace/search', false)).statusCode).toBe(401)
    const answer = await ask(method, '/api/workspace/search', true)
    expect(answer.statusCode).toBe(405)
    expect(answer.headers['allow']).toBe('GET, HEAD')
    expect(answer.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' })
    expect((await ask(method, '/health/live', false)).statusCode).toBe(405)
    expect((await ask(method, '/', false)).statusCode).toBe(405)
  }
})

it('what is no area of ours is a plain 404 problem', async () => {
  const answer = await ask('GET', '/wp-login.php?token=secret', false)
  expect(answer.statusCode).toBe(404)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.json()).toEqual({
    type: 'urn:millrace:error:ROUTE_NOT_FOUND',
    title: 'Route not found',
    status: 404,
    detail: 'GET /wp-login.php is not a route of this server.',
    code: 'ROUTE_NOT_FOUND',
    instance: '/wp-login.php',
  })
})

it('a name in the path that is longer than any can be is 400 like every other wrong name, and not another method', async () => {
  for (const length of [65, 256, 257, 300, 5_000]) {
    const answer = await ask('GET', `/api/performance/queues/${'x'.repeat(length)}`, true)
    expect([length, answer.statusCode]).toEqual([length, 400])
  }
  expect((await ask('GET', `/api/performance/queues/${'x'.repeat(300)}`, false)).statusCode).toBe(401)
  expect((await ask('PUT', `/api/performance/queues/${'x'.repeat(300)}`, true)).statusCode).toBe(405)
})
