import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest'
import { connect, connectEmbedded, MessageQueueService, PerformanceMonitoringService } from 'millrace'
import type { Connection, PerformanceMonitoringServiceOptions } from 'millrace'
import { RedisProcess } from '@millrace/connection/testing'

/** Ahead of the workers' clock, so that the minute they write is over for the monitor. */
const ahead: NonNullable<PerformanceMonitoringServiceOptions['clock']> = {
  now: () => Date.now() + 90_000,
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

describe.each(['redis', 'embedded'] as const)('two processes with the same queues on %s', (kind) => {
  let connection: Connection
  let end: () => Promise<void>

  beforeAll(async () => {
    if (kind === 'redis') {
      const server = await RedisProcess.start()
      connection = await connect(server.url)
      end = () => server.close()
    } else {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-monitor-'))
      connection = await connectEmbedded(join(folder, 'data'))
      end = () => rm(folder, { recursive: true, force: true })
    }
  })
  afterAll(async () => {
    await connection.close()
    await end()
  })

  it('count every message and every attempt once, and go on for each other', async () => {
    const queues = [0, 1].map(() => new MessageQueueService({ connection, queues: { mail: { batchSize: 5 } } }))
    const [first, second] = queues as [MessageQueueService, MessageQueueService]
    const [a, b] = queues.map(
      (each, at) => new PerformanceMonitoringService({ connection, queues: each, instance: 'ab'.charAt(at), clock: ahead }),
    ) as [PerformanceMonitoringService, PerformanceMonitoringService]
    await a.start()
    await b.start()
    second.process('mail', async () => undefined)
    const completed = async (count: number) =>
      vi.waitFor(async () => expect((await first.getQueueStats('mail')).totals.completed).toBe(count), { timeout: 10_000, interval: 50 })
    const enqueue = async (count: number) => {
      await Promise.all(
        Array.from({ length: count }, (_, index) => first.enqueue('mail', { index }, { priority: index % 2 ? 'high' : 'low' })),
      )
    }
    const total = async (metric: string) => {
      const { count, avg } = await b.getAggregatedMetrics(metric, '24h', { queue: 'mail' })
      return Math.round(count * (avg ?? 0))
    }
    await enqueue(60)
    await completed(60)
    await vi.waitFor(
      async () => {
        await a.flush()
        expect([await total('queue.enqueued'), await total('queue.completed')]).toEqual([60, 60])
      },
      { timeout: 20_000, interval: 200 },
    )
    await a.close()
    await enqueue(40)
    await completed(100)
    await vi.waitFor(async () => expect([await total('queue.enqueued'), await total('queue.completed')]).toEqual([100, 100]), {
      timeout: 20_000,
      interval: 200,
    })
    expect((await b.getAggregatedMetrics('queue.ready', '1h', { queue: 'mail', instance: 'b' })).count).toBeGreaterThan(0)
    // A third process takes over; the workers' minutes are told by all of them together, each attempt once.
    await queues[1]?.close()
    await b.close()
    const c = new PerformanceMonitoringService({ connection, queues: first, instance: 'c', clock: ahead })
    await c.start()
    for (const range of ['1h', '24h', '7d'] as const) {
      for (const metric of ['queue.wait_time', 'queue.run_time']) {
        const { count, max } = await c.getAggregatedMetrics(metric, range, { queue: 'mail' })
        expect([metric, range, count]).toEqual([metric, range, 100])
        expect(max).toBeLessThan(60_000)
      }
    }
    expect((await c.getAggregatedMetrics('queue.wait_time', '1h', { queue: 'mail', level: 'high' })).count).toBe(50)
    await c.close()
    await first.close()
  }, 90_000)
})

test('a killed process loses at most the last 10 s, leaves no lease for long, and is listed until it is missed', async () => {
  const server = await RedisProcess.start()
  const connection = await connect(server.url)
  const child = spawn(process.execPath, [new URL('collecting.child.js', import.meta.url).pathname, server.url, 'victim'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const reader = new PerformanceMonitoringService({ connection, instance: 'reader' })
  try {
    let recorded: { requests: number; atMs: number }[] = []
    for await (const line of createInterface(child.stdout)) {
      if (line === 'ready') continue
      const [requests = 0, atMs = 0] = line.split(' ').map(Number)
      recorded = [...recorded, { requests, atMs }]
      if (requests === 130) break
    }
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    const killedAtMs = Date.now()
    const stored = (await reader.getAggregatedMetrics('api.response_time')).count
    const mustBeThere = recorded.filter(({ atMs }) => atMs <= killedAtMs - 10_000).length
    expect(mustBeThere).toBeGreaterThan(10)
    expect(stored).toBeGreaterThanOrEqual(mustBeThere)
    expect(await reader.instances()).toMatchObject([{ instance: 'victim', pid: child.pid, status: 'alive' }])
    const later = (ms: number) =>
      new PerformanceMonitoringService({ connection, instance: 'later', clock: { ...ahead, now: () => Date.now() + ms } })
    expect(await later(45_000).instances()).toMatchObject([{ instance: 'victim', status: 'missing' }])
    expect(await later(91_000).instances()).toEqual([])
    const queues = new MessageQueueService({ connection, queues: { mail: {} } })
    const next = new PerformanceMonitoringService({ connection, instance: 'next', queues })
    await next.start()
    await vi.waitFor(
      async () => expect((await next.getAggregatedMetrics('queue.workers', '1h', { instance: 'next' })).count).toBeGreaterThan(0),
      {
        timeout: 25_000,
        interval: 200,
      },
    )
    expect(Date.now() - killedAtMs).toBeLessThan(22_000)
    await next.close()
    await queues.close()
  } finally {
    child.kill('SIGKILL')
    await reader.close()
    await connection.close()
    await server.close()
  }
}, 90_000)

test('whoever opens the file of a killed process is its only process, and counts no worker of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-monitor-'))
  const child = spawn(process.execPath, [new URL('collecting.child.js', import.meta.url).pathname, `file:${folder}`, 'victim'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  for await (const line of createInterface(child.stdout)) if (line.startsWith('10 ')) child.kill('SIGKILL')
  await exited
  const connection = await connect(`file:${folder}`)
  const queues = new MessageQueueService({ connection, queues: { mail: {} } })
  const monitor = new PerformanceMonitoringService({ connection, instance: 'next', queues })
  try {
    expect(await monitor.instances()).toEqual([])
    expect((await queues.getQueueStats('mail')).workers).toBe(0)
    await monitor.start()
    expect(await monitor.instances()).toMatchObject([{ instance: 'next', pid: process.pid, status: 'alive' }])
    queues.process('mail', async () => undefined)
    await vi.waitFor(async () => expect((await queues.getQueueStats('mail')).workers).toBe(1))
  } finally {
    await monitor.close()
    await queues.close()
    await connection.close()
    await rm(folder, { recursive: true, force: true })
  }
})
