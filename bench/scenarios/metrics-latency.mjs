import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, MessageQueueService, PerformanceMonitoringService } from 'millrace'
import { createServer, readConfig, signToken } from 'millrace/server'
import { fill, levelSource, payload } from '../load.mjs'

export const question =
  'How long does a metric endpoint take to answer over HTTP while this many messages wait, client and server in one process?'
export const messages = 1_000_000
export const unit = 'ms (p99)'
export const lowerIsBetter = true
/** The rivals have no such endpoints. */
export const peers = ['millrace']

/** What the embedded store holds: more takes longer to fill than all else together. */
const mostEmbedded = 200_000

const paths = [
  '/api/performance/system',
  ...['1h', '24h', '7d'].flatMap((range) => [
    `/api/performance/api?range=${range}`,
    `/api/performance/metrics/api.response_time?range=${range}&buckets=1`,
    `/api/performance/metrics/api.response_time/aggregated?range=${range}`,
  ]),
  ...['overview', 'queues', 'api', 'system', 'redis'].map((view) => `/api/performance/summary?view=${view}`),
  '/api/performance/metrics',
  '/api/performance/health',
  '/api/performance/queues',
  '/api/performance/queues/bench',
  '/api/performance/queues/bench/size',
  '/metrics',
]

export async function prepare(peer, total) {
  await fill(peer, total)
}

export async function run(_peer, total, { port }) {
  const rounds = total >= 10_000 ? 200 : 3
  const redis = await measured(`redis://127.0.0.1:${port}`, rounds)
  const embedded = await onFile(Math.min(total, mostEmbedded), rounds)
  const { p50, p95, p99, max } = redis.all
  return {
    figure: p99,
    p50,
    p95,
    p99,
    max,
    endpoints: redis.endpoints,
    embedded: { ...embedded.all, messages: Math.min(total, mostEmbedded) },
    embeddedEndpoints: embedded.endpoints,
  }
}

/** The same on a file of its own. */
async function onFile(total, rounds) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  try {
    const connection = await connect(`file:${folder}`)
    const queues = new MessageQueueService({ connection, queues: { bench: {} } })
    const level = levelSource()
    for (let sent = 0; sent < total; sent += 1_000) {
      const count = Math.min(1_000, total - sent)
      await queues
        .queue('bench')
        .enqueueMany(Array.from({ length: count }, (_, at) => ({ payload: payload(sent + at), priority: level() })))
    }
    await queues.close()
    await connection.close()
    return await measured(`file:${folder}`, rounds)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Asks a server on `url` for each path in turn, `rounds` times, over one connection. */
async function measured(url, rounds) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  const limits = { performance: 1_000_000, queues: 1_000_000, metrics: 1_000_000 }
  const config = readConfig({ DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'warn' })
  const connection = await connect(url)
  const queues = new MessageQueueService({ connection, queues: { bench: {} } })
  const monitor = new PerformanceMonitoringService({ connection, queues })
  const server = await createServer(config, { connection, queues, monitor, limits })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    await monitor.start()
    // What a middling application has: a hundred routes that were asked for.
    for (let number = 0; number < 20_000; number++)
      monitor.recordAPIRequest(`/route/${number % 100}/:id`, 'GET', (number * 7919) % 500, number % 200 !== 0)
    await monitor.flush()
    const address = await server.listen()
    const token = await signToken(server.auth, { subject: 'bench', role: 'viewer', ttlSeconds: 3_600 })
    const times = Object.fromEntries(paths.map((path) => [path, []]))
    // The first of each reads ranges that are remembered afterwards; it is part of what a user meets, and counts.
    for (let round = 0; round < rounds; round++) {
      for (const path of paths) times[path].push(await ask(agent, address + path, token))
    }
    const endpoints = Object.fromEntries(Object.entries(times).map(([path, taken]) => [path, figuresOf(taken)]))
    return { endpoints, all: figuresOf(Object.values(times).flat()) }
  } finally {
    agent.destroy()
    await server.close()
    await monitor.close()
    await queues.close()
    await connection.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** One request, from its sending to the last byte of its answer, ms. */
function ask(agent, url, token) {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      response.on('error', reject).on('end', () => {
        // A queue full of messages that nobody works for may well be called unhealthy.
        const isAnswer = response.statusCode === 200 || (response.statusCode === 503 && url.endsWith('/health'))
        if (isAnswer) resolve(performance.now() - startedAt)
        else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 300)}`))
      })
    })
      .on('error', reject)
      .end()
  })
}

function figuresOf(taken) {
  const sorted = taken.toSorted((a, b) => a - b)
  const at = (q) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) }
}
