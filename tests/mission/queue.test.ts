import { levels, MessageQueueService } from 'millrace'
import type { Connection, Level, Message } from 'millrace'
import { describe, expect, test, vi } from 'vitest'
import { askRedis, kinds, usePlaces } from './places.ts'

const places = usePlaces()

/** Resolves with what was handled as soon as `count` attempts began; an attempt fails where `fails` says so. */
async function handle(queues: MessageQueueService, count: number, fails: (message: Message) => Error | undefined = () => undefined) {
  const attempts: { payload: unknown; level: Level; attempt: number; dueMs: number | null; atMs: number; batch: number }[] = []
  queues.process('work', (messages) => {
    for (const { payload, priority, attempt, scheduledFor } of messages)
      attempts.push({ payload, level: priority, attempt, dueMs: scheduledFor, atMs: Date.now(), batch: messages.length })
    return messages.map(fails)
  })
  await vi.waitFor(() => expect(attempts.length).toBeGreaterThanOrEqual(count), { timeout: 20_000, interval: 20 })
  return attempts
}

const service = (connection: Connection, config: object = {}) =>
  new MessageQueueService({ connection, queues: { work: { concurrency: 1, ...config } } })

test('M1 the order of a queue on Redis is a sorted set a level, scored by due time', async () => {
  const queues = service(await places.open('redis', 'm1:'))
  for (const priority of levels) {
    await queues.enqueue('work', priority, { priority })
    await queues.enqueue('work', priority, { priority, scheduledFor: Date.now() + 3_600_000 })
  }
  for (const level of levels) {
    const key = `m1:{queue:work}:ready:${level}`
    expect(await askRedis(places.redis.port, `TYPE ${key}`)).toEqual(['+zset'])
    expect(await askRedis(places.redis.port, `ZCARD ${key}`)).toEqual([':1'])
    expect(await askRedis(places.redis.port, `ZCARD m1:{queue:work}:scheduled:${level}`)).toEqual([':1'])
  }
  await queues.queue('work').purge()
  await queues.close()
})

describe.each(kinds)('on %s', (kind) => {
  test(`M1 what waits is handled in the order of its level, and within a level in the order it came (${kind})`, async () => {
    const queues = service(await places.open(kind), { batchSize: 5, shares: 'strict' })
    for (const priority of levels.toReversed())
      for (const number of [1, 2]) await queues.enqueue('work', `${priority} ${number}`, { priority })
    const attempts = await handle(queues, 8)
    expect(attempts.map(({ payload }) => payload)).toEqual(levels.flatMap((level) => [`${level} 1`, `${level} 2`]))
    await queues.close()
  })

  test(`M2 a message with a delay or a date is not handled before it is due (${kind})`, async () => {
    const queues = service(await places.open(kind))
    const startedAtMs = Date.now()
    await queues.enqueue('work', 'delayed', { delayMs: 300 })
    await queues.enqueue('work', 'dated', { scheduledFor: new Date(startedAtMs + 600) })
    await queues.enqueue('work', 'at once')
    const attempts = await handle(queues, 3)
    for (const { atMs, dueMs } of attempts) expect(atMs).toBeGreaterThanOrEqual(dueMs ?? startedAtMs)
    const dueOf = (what: string) => attempts.find(({ payload }) => payload === what)?.dueMs
    expect(dueOf('at once')).toBeNull()
    expect(dueOf('delayed')).toBeGreaterThanOrEqual(startedAtMs + 300)
    expect(dueOf('dated')).toBe(startedAtMs + 600)
    await queues.close()
  })

  test(`M3 a message that fails is tried again after retryDelay × 2^(retries−1) seconds, and then dead with its reason (${kind})`, async () => {
    const queues = service(await places.open(kind), { maxRetries: 3, retryDelay: 0.2 })
    const { id } = await queues.enqueue('work', 'hopeless')
    const attempts = await handle(queues, 3, () => new Error('no such address'))
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    const [first, second, third] = attempts.map(({ atMs }) => atMs) as [number, number, number]
    expect(second - first).toBeGreaterThanOrEqual(199)
    expect(third - second).toBeGreaterThanOrEqual(399)
    const message = await vi.waitFor(async () => {
      const stored = await queues.queue('work').message(id)
      expect(stored?.state).toBe('dead')
      return stored
    }, 10_000)
    expect(JSON.stringify(message)).toContain('no such address')
    await queues.close()
  })

  test(`M4 a batch has at most the set size, and a failure in it is of its own message alone (${kind})`, async () => {
    const queues = service(await places.open(kind), { batchSize: 5, maxRetries: 1 })
    for (let number = 0; number < 20; number += 1) await queues.enqueue('work', number)
    const attempts = await handle(queues, 20, ({ payload }) => (payload === 7 ? new Error('seven') : undefined))
    expect(Math.max(...attempts.map(({ batch }) => batch))).toBe(5)
    await vi.waitFor(async () => {
      expect((await queues.getQueueStats('work')).counts).toMatchObject({ completed: 19, dead: 1, ready: 0, active: 0 })
    }, 10_000)
    await queues.close()
  })

  test(`M4 a batch size outside 5 to 50 is refused with a sentence that says so (${kind})`, async () => {
    const connection = await places.open(kind)
    expect(() => service(connection, { batchSize: 51 })).toThrow(/batchSize.*5.*50/)
  })

  test(`M6 the store counts what came, ran, failed and died, a level and a minute, with the percentiles of its times (${kind})`, async () => {
    const queues = service(await places.open(kind), { maxRetries: 2, retryDelay: 0.05 })
    for (const priority of levels) await queues.enqueue('work', priority, { priority })
    await queues.enqueue('work', 'hopeless')
    await queues.enqueue('work', 'later', { delayMs: 3_600_000, priority: 'low' })
    await handle(queues, 6, ({ payload }) => (payload === 'hopeless' ? new Error('once more') : undefined))
    await vi.waitFor(
      async () => {
        const stats = await queues.getQueueStats('work')
        expect(stats.counts).toEqual({ ready: 0, scheduled: 1, active: 0, completed: 4, dead: 1 })
        expect(stats.totals).toMatchObject({ enqueued: 6, completed: 4, retried: 1, dead: 1, removed: 0 })
        expect(stats.levels.map(({ level, scheduled }) => [level, scheduled])).toEqual(
          levels.map((level) => [level, level === 'low' ? 1 : 0]),
        )
        for (const rate of Object.values(stats.throughput)) expect(rate).toBeGreaterThan(0)
        for (const { p50, p95, p99 } of [stats.waitMs, stats.runMs])
          expect([p50, p95, p99]).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)])
      },
      { timeout: 20_000, interval: 100 },
    )
    await queues.close()
  })

  test(`M7 completed messages beyond what is kept leave by themselves, and are counted (${kind})`, async () => {
    const queues = service(await places.open(kind), { retention: { completedCount: 10 } })
    for (let number = 0; number < 40; number += 1) await queues.enqueue('work', number)
    await handle(queues, 40)
    await vi.waitFor(
      async () => {
        const { counts, totals } = await queues.getQueueStats('work')
        expect(totals.completed).toBeGreaterThanOrEqual(40)
        expect(counts.completed).toBeLessThanOrEqual(10)
        expect(totals.removed).toBeGreaterThanOrEqual(30)
      },
      { timeout: 20_000, interval: 100 },
    )
    await queues.close()
  })

  test(`M7 completed messages beyond their age leave by themselves (${kind})`, async () => {
    const queues = service(await places.open(kind), { retention: { completedAgeMs: 1_000 } })
    await queues.enqueue('work', 'old soon')
    await handle(queues, 1)
    await vi.waitFor(async () => expect((await queues.getQueueStats('work')).counts.completed).toBe(1), 10_000)
    await vi.waitFor(async () => expect((await queues.getQueueStats('work')).counts.completed).toBe(0), { timeout: 45_000, interval: 250 })
    await queues.close()
  })
})
