import { createServer } from 'node:http'
import type { Server as HttpServer } from 'node:http'
import { connect as connectSocket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { PerformanceMonitoringService } from '@millrace/monitor'
import express from 'express'
import Fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startHarness } from '../harness.test.setup.ts'
import type { Harness } from '../harness.test.setup.ts'
import { millracePlugin, recordRequests, requestRecorder } from '../index.ts'
import type { RequestSink } from '../index.ts'

/** A sink that keeps what it is told, in order: `METHOD endpoint`, with `refused` for 4xx and `failed` for 5xx. */
class Seen {
  readonly lines: string[] = []
  readonly times: number[] = []

  recordAPIRequest(...[endpoint, method, responseTime, success, details]: Parameters<RequestSink['recordAPIRequest']>): void {
    this.lines.push(`${method} ${endpoint}${success ? (details?.clientError === true ? ' refused' : '') : ' failed'}`)
    this.times.push(responseTime)
  }
}

const closing: (() => unknown)[] = []
let seen: Seen
beforeEach(() => {
  seen = new Seen()
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function listen(server: HttpServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Sends a request, goes away as soon as it arrived, and waits until the server knows. */
async function abort(server: HttpServer, path: string, arrived: () => Promise<unknown>): Promise<void> {
  const gone = new Promise((resolve) => server.once('request', (_request, response) => response.once('close', resolve)))
  const { port } = server.address() as AddressInfo
  const socket = connectSocket(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`))
  await arrived()
  socket.destroy()
  await gone
}

/** A handler that answers only when told, and tells when it was reached. */
function held() {
  let release = () => undefined as void
  let arrive = () => undefined as void
  const arrived = new Promise<void>((resolve) => (arrive = resolve))
  const released = new Promise<void>((resolve) => (release = resolve))
  return { arrive, arrived: () => arrived, release, released }
}

describe('the server', () => {
  let harness: Harness
  beforeEach(async () => {
    harness = await startHarness('embedded', { queues: { mail: {} } })
    closing.push(() => harness.close())
    vi.spyOn(harness.monitor, 'recordAPIRequest').mockImplementation((...told) => seen.recordAPIRequest(...told))
  })

  it('counts what it answers by route pattern, and what no route answers as one', async () => {
    await harness.ask('GET', '/api/performance/queues/mail?x', { role: 'viewer' })
    await harness.ask('GET', '/api/performance/queues/mail', { role: 'viewer' })
    await harness.ask('HEAD', '/api/performance/queues', { role: 'viewer' })
    await harness.ask('GET', '/api/performance/queues/nobody', { role: 'viewer' })
    await harness.ask('GET', '/api/secret-of-someone', { role: 'viewer' })
    await harness.ask('GET', '/wp-login.php')
    await harness.ask('DELETE', '/api/performance/queues/mail/completed', { role: 'viewer' })
    expect(seen.lines).toEqual([
      'GET /api/performance/queues/:queueName',
      'GET /api/performance/queues/:queueName',
      'HEAD /api/performance/queues',
      'GET /api/performance/queues/:queueName refused',
      'GET (unmatched) refused',
      'GET (unmatched) refused',
      'DELETE /api/performance/queues/:queueName/completed refused',
    ])
    expect(seen.times.every((time) => time > 0)).toBe(true)
  })

  it('counts neither probes nor pages nor what it refused for want of a token', async () => {
    await harness.ask('GET', '/health/live')
    await harness.ask('GET', '/health/ready')
    for (const page of ['/', '/sign-in', '/dashboard/', '/dashboard/queues', '/dashboard/assets/none.js']) await harness.ask('GET', page)
    await harness.ask('GET', '/api/performance/queues')
    await harness.ask('GET', '/api/unknown')
    expect(seen.lines).toEqual([])
  })
})

it('a plugin without a monitor makes one, whose figures outlive it', async () => {
  const harness = await startHarness('embedded', { queues: { mail: {} } })
  closing.push(() => harness.close())
  const app = Fastify()
  await app.register(millracePlugin, { prefix: '/mill', connection: harness.connection, auth: harness.server.auth })
  const headers = { authorization: `Bearer ${harness.tokens.viewer}` }
  for (let n = 0; n < 3; n++) expect((await app.inject({ url: '/mill/api/performance/queues', headers })).statusCode).toBe(200)
  await app.close()
  const reader = new PerformanceMonitoringService({ connection: harness.connection })
  expect((await reader.getAggregatedMetrics('api.response_time', '1h', { endpoint: '/mill/api/performance/queues' })).count).toBe(3)
})

describe('recordRequests in an application of one’s own', () => {
  async function setup() {
    const app = Fastify()
    closing.push(() => app.close())
    const slow = held()
    await app.register(recordRequests, { monitor: seen })
    app.get('/orders/:id', async () => ({ ok: true }))
    app.get('/fails', async () => {
      throw new Error('x')
    })
    app.get('/slow', async () => {
      slow.arrive()
      await slow.released
      return 'late'
    })
    app.get('/refuses', (_request, reply) => reply.code(429).send())
    app.get('/hidden', { config: { millraceEndpoint: false } }, async () => 'x')
    app.get('/events', (_request, reply) => reply.type('text/event-stream').send('data: 1\n\n'))
    return { app, slow }
  }

  it('counts every route by its pattern, a 500 as failed, and leaves out what says nothing of the route', async () => {
    const { app } = await setup()
    for (const url of ['/orders/7', '/orders/8?x=1', '/fails', '/nowhere', '/refuses', '/hidden', '/events']) await app.inject(url)
    expect(seen.lines).toEqual(['GET /orders/:id', 'GET /orders/:id', 'GET /fails failed', 'GET (unmatched) refused'])
  })

  it('counts a request once although the interface is mounted in it', async () => {
    const harness = await startHarness('embedded', { queues: { mail: {} } })
    closing.push(() => harness.close())
    const app = Fastify()
    closing.push(() => app.close())
    const { connection, monitor } = harness
    const record = vi.spyOn(monitor, 'recordAPIRequest')
    await app.register(recordRequests, { monitor })
    await app.register(millracePlugin, { prefix: '/mill', connection, monitor, auth: harness.server.auth })
    await app.inject({ url: '/mill/api/performance/queues', headers: { authorization: `Bearer ${harness.tokens.viewer}` } })
    await app.inject('/mill/health/live')
    expect(record.mock.calls.map(([endpoint]) => endpoint)).toEqual(['/mill/api/performance/queues'])
  })

  it('leaves out a request whose client went away', async () => {
    const { app, slow } = await setup()
    const address = await app.listen({ port: 0, host: '127.0.0.1' })
    await abort(app.server, '/slow', slow.arrived)
    slow.release()
    expect((await fetch(`${address}/orders/1`)).status).toBe(200)
    await vi.waitFor(() => expect(seen.lines).toEqual(['GET /orders/:id']))
  })
})

describe('requestRecorder', () => {
  it('counts the requests of Express by the pattern of their route, mounted routers included', async () => {
    const app = express()
    app.use(requestRecorder({ monitor: seen }))
    const orders = express.Router({ mergeParams: true })
    orders.get('/', (_request, response) => void response.json([]))
    orders.get('/:orderId', (_request, response) => void response.json({}))
    orders.get('/:orderId/fails', () => {
      throw new Error('x')
    })
    app.get('/', (_request, response) => void response.send('home'))
    app.use('/people/:person/orders', orders)
    app.use('/v2/orders', orders)
    const leaf = express.Router()
    leaf.get('/:leaf', (_request, response) => void response.end())
    app.use('/v2/:hidden', leaf)
    app.get('/refuses', (_request, response) => void response.status(401).end())
    app.get(['/one', '/two'], (_request, response) => void response.end())
    // The last one of Express writes the stack to the console.
    app.use((_error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
      response.status(500).end()
    })
    const address = await listen(createServer(app))
    const paths = [
      '/',
      '/people/ada/orders',
      '/people/ada/orders/7',
      '/v2/orders/7',
      '/people/grace/orders/9/fails',
      '/v2/8/9',
      '/refuses',
      '/two',
      '/no/such',
    ]
    for (const path of paths) await (await fetch(address + path)).text()
    await vi.waitFor(() => expect(seen.lines).toHaveLength(8))
    expect(seen.lines).toEqual([
      'GET /',
      'GET /people/:person/orders',
      'GET /people/:person/orders/:orderId',
      'GET /v2/orders/:orderId',
      'GET /people/:person/orders/:orderId/fails failed',
      'GET /v2/:id/:leaf',
      'GET /one|/two',
      'GET (unmatched) refused',
    ])
  })

  it('counts a request once, by its pattern, although it is registered twice', async () => {
    const app = express()
    app.use(requestRecorder({ monitor: seen }), requestRecorder({ monitor: seen }))
    app.get('/orders/:id', (_request, response) => void response.end())
    const address = await listen(createServer(app))
    await (await fetch(`${address}/orders/7`)).text()
    await vi.waitFor(() => expect(seen.lines).toEqual(['GET /orders/:id']))
  })

  it('takes what is no pattern for unmatched, a throw too: the answer is sent, and the process goes on', async () => {
    const answers: unknown[] = [42, '', {}]
    const routeOf = () => {
      if (answers.length === 0) throw new Error('no such route')
      return answers.shift() as string
    }
    const record = requestRecorder({ monitor: seen, routeOf })
    const address = await listen(
      createServer((request, response) => {
        record(request, response)
        response.end()
      }),
    )
    for (let request = 0; request < 4; request += 1) await (await fetch(address)).text()
    await vi.waitFor(() => expect(seen.lines).toEqual(Array.from({ length: 4 }, () => 'GET (unmatched)')))
  })

  it('is the first line of a plain listener, with patterns of one’s own, and leaves out who went away', async () => {
    const slow = held()
    const record = requestRecorder({
      monitor: seen,
      routeOf: ({ url = '' }) => (url.startsWith('/orders/') ? '/orders/:id' : url === '/quiet' ? null : undefined),
    })
    const server = createServer((request, response) => {
      record(request, response)
      if (request.url !== '/orders/slow') return void response.end('x')
      slow.arrive()
      void slow.released.then(() => response.end())
    })
    const address = await listen(server)
    await abort(server, '/orders/slow', slow.arrived)
    slow.release()
    for (const path of ['/orders/1', '/quiet', '/other']) await (await fetch(address + path)).text()
    await vi.waitFor(() => expect(seen.lines).toEqual(['GET /orders/:id', 'GET (unmatched)']))
  })
})
