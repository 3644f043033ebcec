import { createServer as createHttpServer } from 'node:http'
import { connect as connectSocket } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo, Socket } from 'node:net'
import { RedisProcess } from '@millrace/connection/testing'
import Fastify from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { problemOf, startHarness } from './harness.test.setup.ts'
import type { Harness, StoreKind } from './harness.test.setup.ts'
import { defineHandlers } from './http/handler.ts'
import { createLog } from './http/log.ts'
import { createServer, millracePlugin, readConfig } from './index.ts'

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end()
})

async function setup(kind: StoreKind = 'embedded', options: Parameters<typeof startHarness>[1] = {}): Promise<Harness> {
  const harness = await startHarness(kind, { queues: { mail: {} }, ...options })
  ending.push(() => harness.close())
  return harness
}

/** Sends bytes as they are and answers with all that comes back until the connection ends. */
function sendRaw(address: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(Number(new URL(address).port), '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

describe('on the wire', () => {
  let harness: Harness
  let address: string
  beforeAll(async () => {
    harness = await startHarness('embedded', { queues: { mail: {} } })
    address = await harness.server.listen()
  })
  afterAll(() => harness.close())

  it.each([
    '/api/performance/queues',
    '/./api/performance/queues',
    '/x/../api/performance/queues',
    '//api/performance/queues',
    '/api//performance/queues',
    '/api/./performance/queues',
    '/api/performance/queues/',
    '/api/performance%2fqueues',
    '/api%2fperformance/queues',
    '/%61%70%69/performance/queues',
    '/API/performance/queues',
    '/api/performance/queues;x=1',
    '/api/performance/queues?x',
    '/api/%zz',
    '/api/performance/queues/%ff',
    '/%2e/api/performance/queues',
    '/api\\performance\\queues',
    'http://elsewhere.example.org/api/performance/queues',
  ])('%s gives nothing without a token', async (path) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'TRACE']) {
      const answer = await sendRaw(address, `${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
      expect(answer, method).toMatch(/^HTTP\/1\.1 (401|400) /)
      if (method !== 'HEAD') expect(answer).toContain('application/problem+json')
      expect(answer).not.toContain('"queues"')
    }
  })
})

it('bytes that are no request, and headers without end, are answered in words', async () => {
  const { server } = await setup()
  const address = await server.listen()
  expect(await sendRaw(address, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*problem\+json[^]*REQUEST_INVALID/)
  expect(await sendRaw(address, `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 [^]*HEADERS_TOO_LARGE/,
  )
  const lying = `POST /api/queues/mail/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`
  expect(await sendRaw(address, lying)).toMatch(/^HTTP\/1\.1 400 /)
})

it('closing lets a running request finish, refuses later ones, and stops listening', async () => {
  let release = () => undefined as void
  const begun = vi.fn<() => void>()
  const handlers = defineHandlers({
    search: async ({ query }) => {
      begun()
      await new Promise<void>((resolve) => (release = resolve))
      return { query: query.q, results: [], total: 0 }
    },
  })
  const { server, tokens } = await setup('embedded', { handlers })
  const address = await server.listen()
  const headers = { authorization: `Bearer ${tokens.viewer}` }
  const running = fetch(`${address}/api/workspace/search?q=x`, { headers })
  await vi.waitFor(() => expect(begun).toHaveBeenCalled())
  const closed = server.close()
  await vi.waitFor(() => expect(server.app.server.listening).toBe(false))
  await expect(fetch(`${address}/health/live`)).rejects.toThrow('fetch failed')
  release()
  // The answer ends its connection, which would else hold the server open.
  expect([(await running).status, (await running).headers.get('connection')]).toEqual([200, 'close'])
  await closed
  await server.close()
})

it('a request that had only begun when closing did is told to go elsewhere', async () => {
  const { server } = await setup()
  const address = await server.listen()
  const accepted = new Promise<Socket>((resolve) => server.app.server.once('connection', resolve))
  const socket = connectSocket(Number(new URL(address).port), '127.0.0.1', () => socket.write('GET /health/ready HTTP/1.1\r\nhost: x\r\n'))
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  const theirs = await accepted
  await vi.waitFor(() => expect(theirs.bytesRead).toBeGreaterThan(30))
  const closed = server.close()
  await vi.waitFor(() => expect(server.app.server.listening).toBe(false))
  socket.write('\r\n')
  await closed
  await vi.waitFor(() => expect(answer).toMatch(/^HTTP\/1\.1 503 [^]*connection: close[^]*SHUTTING_DOWN/i))
})

it('a server that drains is not ready, and answers everything else until it closes', async () => {
  const { server, tokens } = await setup()
  const address = await server.listen()
  const status = async (path: string) => (await fetch(address + path, { headers: { authorization: `Bearer ${tokens.viewer}` } })).status
  expect(await status('/health/ready')).toBe(200)
  const closed = server.close({ drainMs: 500 })
  problemOf(await server.app.inject('/health/ready'), 503, 'SHUTTING_DOWN')
  expect(await status('/health/ready')).toBe(503)
  expect([await status('/health/live'), await status('/api/performance/queues')]).toEqual([200, 200])
  await closed
  await expect(fetch(`${address}/health/live`)).rejects.toThrow('fetch failed')
})

it('where it listens is left to its caller to say, and other lines are logged as before', async () => {
  const harness = await setup()
  const { length } = harness.lines
  const address = await harness.listening()
  expect(harness.lines.slice(length).filter((line) => line.includes('istening'))).toEqual([])
  await fetch(`${address}/health/live`)
  await vi.waitFor(() => expect(harness.lines.at(-1)).toContain('/health/live'))
})

it('a port in use and a host that is not here are named', async () => {
  const other = createHttpServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  ending.push(async () => void other.close())
  const port = String((other.address() as AddressInfo).port)
  const { server } = await setup('embedded', { environment: { PORT: port } })
  await expect(server.listen()).rejects.toMatchObject({ code: 'PORT_IN_USE', message: expect.stringContaining(port) })
  const elsewhere = await setup('embedded', { environment: { HOST: '203.0.113.7' } })
  await expect(elsewhere.server.listen()).rejects.toMatchObject({ code: 'HOST_UNUSABLE' })
})

it('listening beyond this machine without TLS warns once; loopback or an https address do not', async () => {
  const warnings = async (environment: Record<string, string>) => {
    const { server, lines } = await setup('embedded', { environment })
    expect(await server.listen()).toMatch(/^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/)
    return lines.filter((line) => line.includes('without TLS')).length
  }
  expect(await warnings({ HOST: '0.0.0.0' })).toBe(1)
  expect(await warnings({ HOST: '0.0.0.0', PUBLIC_URL: 'https://queues.example.org' })).toBe(0)
  expect(await warnings({ HOST: '127.0.0.1' })).toBe(0)
})

it('forwarding headers are believed from listed proxies only', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.1', 'x-forwarded-host': 'evil.example.org', 'x-forwarded-proto': 'https' }
  const addressSeen = async (environment: Record<string, string>) => {
    const { ask, lines } = await setup('embedded', { environment })
    lines.length = 0
    await ask('GET', '/health/live', { headers })
    return lines.map((line) => /"address":"([^"]*)"/.exec(line)?.[1]).find((address) => address !== undefined)
  }
  expect(await addressSeen({})).toBe('127.0.0.1')
  expect(await addressSeen({ TRUST_PROXY: '10.0.0.0/8' })).toBe('127.0.0.1')
  expect(await addressSeen({ TRUST_PROXY: '127.0.0.1' })).toBe('198.51.100.1')
})

it('a server opens and closes the store of its configuration by itself', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace server '))
  ending.push(() => rm(directory, { recursive: true }))
  const config = readConfig({ DATA_DIR: directory, PORT: '0', LOG_LEVEL: 'silent' })
  for (let round = 0; round < 2; round++) {
    const server = await createServer(config)
    const address = await server.listen()
    expect(await (await fetch(`${address}/health/ready`)).json()).toEqual({ status: 'ready' })
    await expect(createServer(config)).rejects.toMatchObject({ code: 'STORE_IN_USE' })
    await server.close()
  }
  await writeFile(join(directory, 'jwt-secret'), 'short')
  await expect(createServer(config)).rejects.toMatchObject({ code: 'SECRET_UNUSABLE' })
})

it('of two servers on one Redis, the one whose generated secret differs does not start, until they share one', async () => {
  const redis = await RedisProcess.start()
  ending.push(() => redis.close())
  const directories = await Promise.all(['a', 'b'].map((name) => mkdtemp(join(tmpdir(), `millrace-${name}-`))))
  for (const directory of directories) ending.push(() => rm(directory, { recursive: true }))
  const lines: string[] = []
  const start = (dataDir: string, more: Record<string, string> = {}) =>
    createServer(readConfig({ DATA_DIR: dataDir, REDIS_URL: redis.url, PORT: '0', ...more }), {
      log: createLog('warn', { write: (line: string) => void lines.push(line) }),
    })
  const [one = '', two = ''] = directories
  const first = await start(one)
  ending.push(() => first.close())
  await expect(start(two)).rejects.toMatchObject({ code: 'SECRET_MISMATCH', message: expect.stringContaining('JWT_SECRET') })
  const again = await start(one)
  await again.close()

  // A configured secret is the operator's word: it starts, and from then on is what counts.
  const configured = await start(two, { JWT_SECRET: 'x'.repeat(32) })
  ending.push(() => configured.close())
  await expect(start(two)).rejects.toMatchObject({ code: 'SECRET_MISMATCH' })
  await configured.close()
  await first.close()
  const alone = await start(two)
  await alone.close()
  expect(lines.filter((line) => line.includes('secret'))).toEqual([])
})

it('a plugin without a monitor has one of its own, which samples the queues of the store', async () => {
  const { connection, queues, server, tokens } = await setup()
  await queues.enqueue('mail', {})
  const app = Fastify()
  ending.push(() => app.close())
  await app.register(millracePlugin, { connection, auth: server.auth })
  const answer = await app.inject({
    url: '/api/performance/metrics/queue.ready/aggregated?queue=mail',
    headers: { authorization: `Bearer ${tokens.viewer}` },
  })
  expect(answer.json()).toMatchObject({ metric: 'queue.ready', min: 1, max: 1 })
})

it('the plugin in an application of somebody else touches only what is its own', async () => {
  const { connection, queues, server, tokens } = await setup()
  const app = Fastify()
  ending.push(() => app.close())
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send('theirs'))
  app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.post('/own', (request) => ({ body: request.body }))
  app.get('/fails', () => {
    throw new Error('x')
  })
  await app.register(millracePlugin, { prefix: '/mill', connection, queues, auth: server.auth })
  const authorization = `Bearer ${tokens.operator}`
  expect((await app.inject({ method: 'POST', url: '/own', payload: 'a,b', headers: { 'content-type': 'text/csv' } })).json()).toEqual({
    body: 'a,b',
  })
  expect((await app.inject('/own-unknown')).json()).toMatchObject({ error: 'Not Found' })
  expect((await app.inject('/fails')).body).toBe('theirs')
  expect((await app.inject('/fails')).headers['content-security-policy']).toBeUndefined()

  problemOf(await app.inject('/mill/api/performance/queues'), 401, 'UNAUTHENTICATED')
  problemOf(await app.inject('/mill/api/x'), 401, 'UNAUTHENTICATED')
  problemOf(await app.inject({ url: '/mill/api/x', headers: { authorization } }), 404, 'ROUTE_NOT_FOUND')
  problemOf(await app.inject({ method: 'PUT', url: '/mill/api/performance/queues', headers: { authorization } }), 405, 'METHOD_NOT_ALLOWED')
  expect((await app.inject({ url: '/mill/api/performance/queues', headers: { authorization } })).json()).toMatchObject({
    queues: [{ name: 'mail' }],
  })
  const csv = {
    method: 'POST',
    url: '/mill/api/queues/mail/messages',
    payload: 'a',
    headers: { authorization, 'content-type': 'text/csv' },
  } as const
  problemOf(await app.inject(csv), 415, 'CONTENT_TYPE_UNSUPPORTED')
  const page = await app.inject('/mill/dashboard/')
  expect(page.body).toContain('href="/mill/assets/mark.svg"')
  expect((await app.inject('/mill')).body).toContain('href="/mill/dashboard/"')
  expect((await app.inject('/mill/dashboard')).headers['location']).toBe('/mill/dashboard/')
})
