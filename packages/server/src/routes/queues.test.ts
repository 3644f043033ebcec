import type { CompletedCleared, Enqueued, EnqueueResults, QueueList, QueueSize, QueueStats } from '@millrace/contract'
import { levels, Queue, Worker } from '@millrace/queue'
import { Level } from '@millrace/contract'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { answerOf, problemOf, startHarness } from '../harness.test.setup.ts'
import type { Harness, StoreKind } from '../harness.test.setup.ts'

it('the levels of the interface are those of the engine', () => {
  expect(Level.enum).toEqual([...levels])
})

describe.each<StoreKind>(['embedded', 'redis'])('queues on %s', (kind) => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness(kind, {
      queues: { mail: { batchSize: 5 }, narrow: { maxLength: 3 }, wide: { maxLength: 600 }, empty: {} },
    })
  })
  afterAll(() => harness.close())

  const enqueue = (queue: string, body: unknown, headers?: Record<string, string>) =>
    harness.ask('POST', `/api/queues/${queue}/messages`, { role: 'operator', body, ...(headers && { headers }) })
  const get = (path: string) => harness.ask('GET', `/api/performance/queues${path}`, { role: 'viewer' })

  it('a queue of the service is there before its first message, with every figure', async () => {
    expect(answerOf<QueueStats>('getQueue', await get('/empty'))).toMatchObject({
      name: 'empty',
      paused: false,
      counts: { ready: 0, scheduled: 0, active: 0, completed: 0, dead: 0 },
      ready: { urgent: 0, high: 0, normal: 0, low: 0 },
      oldestReadyAgeMs: null,
      waitMs: { p50: null, p95: null, p99: null },
      runMs: { p50: null, p95: null, p99: null },
      drainSeconds: 0,
      workers: 0,
    })
    const { queues } = answerOf<QueueList>('listQueues', await get(''))
    expect(queues.map(({ name }) => name)).toEqual(['empty', 'mail', 'narrow', 'wide'])
    expect(queues[0]?.levels.map(({ level }) => level)).toEqual([...levels])
  })

  it('an enqueued message waits in its level, and is counted', async () => {
    const urgent = answerOf<Enqueued>(
      'enqueue',
      await enqueue('mail', { payload: { to: 'ada' }, priority: 'urgent', name: 'greet', tags: ['a'] }),
    )
    expect(urgent.status).toBe('added')
    answerOf<Enqueued>('enqueue', await enqueue('mail', { payload: null, delayMs: 60_000 }))
    answerOf<Enqueued>('enqueue', await enqueue('mail', { payload: [1], scheduledFor: '2030-01-01T00:00:00Z', priority: 'low' }))
    answerOf<Enqueued>('enqueue', await enqueue('mail', { payload: 0, scheduledFor: Date.now() + 60_000 }))
    expect(answerOf<QueueSize>('getQueueSize', await get('/mail/size'))).toEqual({
      queue: 'mail',
      size: 4,
      ready: 1,
      scheduled: 3,
      active: 0,
    })
    const stats = answerOf<QueueStats>('getQueue', await get('/mail'))
    expect(stats.ready).toEqual({ urgent: 1, high: 0, normal: 0, low: 0 })
    expect(stats.totals.enqueued).toBe(4)
    expect(stats.oldestReadyAgeMs).toBeGreaterThanOrEqual(0)
  })

  it('an id is taken once: the same again is a duplicate, another payload a conflict', async () => {
    const first = answerOf<Enqueued>('enqueue', await enqueue('mail', { payload: { n: 1 }, id: 'one' }))
    expect(first).toEqual({ id: 'one', status: 'added' })
    expect(answerOf<Enqueued>('enqueue', await enqueue('mail', { payload: { n: 1 }, id: 'one' }))).toEqual({
      id: 'one',
      status: 'duplicate',
    })
    expect(problemOf(await enqueue('mail', { payload: { n: 2 }, id: 'one' }), 409, 'ID_CONFLICT').detail).toContain('one')
  })

  it('an Idempotency-Key is the id of a message that has none, for one and for many', async () => {
    const before = answerOf<QueueSize>('getQueueSize', await get('/mail/size')).size
    const key = { 'idempotency-key': 'request-7' }
    for (const status of ['added', 'duplicate'] as const) {
      expect(answerOf<Enqueued>('enqueue', await enqueue('mail', { payload: 'x' }, key))).toEqual({ id: 'request-7', status })
      const { results } = answerOf<EnqueueResults>(
        'enqueue',
        await enqueue('mail', { messages: [{ payload: 1 }, { payload: 2, id: `own-${kind}` }] }, key),
      )
      expect(results).toEqual([
        { id: 'request-7:0', status },
        { id: `own-${kind}`, status },
      ])
    }
    problemOf(await enqueue('mail', { payload: 'y' }, key), 409, 'ID_CONFLICT')
    problemOf(await enqueue('mail', { payload: 'x', id: 'other' }, key), 400, 'REQUEST_INVALID')
    problemOf(await enqueue('mail', { payload: 'x' }, { 'idempotency-key': 'with space' }), 400, 'REQUEST_INVALID')
    problemOf(await enqueue('mail', { payload: 'x' }, { 'idempotency-key': 'x'.repeat(129) }), 400, 'REQUEST_INVALID')
    problemOf(await enqueue('mail', { messages: [{ payload: 1 }] }, { 'idempotency-key': 'x'.repeat(127) }), 400, 'REQUEST_INVALID')
    expect(answerOf<QueueSize>('getQueueSize', await get('/mail/size')).size).toBe(before + 3)
  })

  it('a thousand messages keep their order, and one in conflict does not stop the rest', async () => {
    answerOf<Enqueued>('enqueue', await enqueue('mail', { payload: 'taken', id: 'taken' }))
    const messages = Array.from({ length: 1_000 }, (_, index) =>
      index === 500 ? { payload: 'other', id: 'taken' } : { payload: index, id: `bulk-${index}`, priority: 'low' },
    )
    const { results } = answerOf<EnqueueResults>('enqueue', await enqueue('mail', { messages }))
    expect(results).toHaveLength(1_000)
    expect(results[500]).toMatchObject({ id: 'taken', error: { code: 'ID_CONFLICT', status: 409 } })
    expect(results.filter((result) => 'status' in result && result.status === 'added')).toHaveLength(999)
    expect(results[999]).toEqual({ id: 'bulk-999', status: 'added' })
  })

  it('of a bulk that a queue takes in part, each message has its own answer, and what was refused may be sent again under its id', async () => {
    const messages = Array.from({ length: 700 }, (_, index) => ({ payload: index }))
    const { results } = answerOf<EnqueueResults>('enqueue', await enqueue('wide', { messages }))
    const { size } = answerOf<QueueSize>('getQueueSize', await get('/wide/size'))
    const added = results.filter((result) => 'status' in result)
    expect(results).toHaveLength(700)
    expect(added).toHaveLength(size)
    expect(size).toBeGreaterThan(0)
    expect(results.at(-1)).toMatchObject({ id: expect.stringMatching(/^\S+$/), error: { code: 'QUEUE_FULL', status: 429 } })
  })

  it('a full queue refuses: alone with 429, of a bulk what no longer fits', async () => {
    answerOf<Enqueued>('enqueue', await enqueue('narrow', { payload: 1 }))
    const full = await enqueue('narrow', { messages: [{ payload: 2 }, { payload: 3 }, { payload: 4 }, { payload: 5 }] })
    problemOf(full, 429, 'QUEUE_FULL')
    expect(full.headers['retry-after']).toBe('1')
    answerOf<EnqueueResults>('enqueue', await enqueue('narrow', { messages: [{ payload: 2 }, { payload: 3 }] }))
    problemOf(await enqueue('narrow', { payload: 4 }), 429, 'QUEUE_FULL')
    expect(answerOf<QueueSize>('getQueueSize', await get('/narrow/size')).size).toBe(3)
  })

  it.each([
    [{}, 'body.payload'],
    [{ payload: 1, priority: 'top' }, 'body.priority'],
    [{ payload: 1, delayMs: -1 }, 'body.delayMs'],
    [{ payload: 1, delayMs: 1e15 }, 'body.delayMs'],
    [{ payload: 1, delayMs: '5' }, 'body.delayMs'],
    [{ payload: 1, id: 'with space' }, 'body.id'],
    [{ payload: 1, id: '' }, 'body.id'],
    [{ payload: 1, scheduledFor: true }, 'body.scheduledFor'],
    [{ payload: 1, tags: 'x' }, 'body.tags'],
    [{ payload: 1, maxRetries: 0 }, 'body.maxRetries'],
    [{ payload: 1, retrydelay: 1 }, 'body.retrydelay'],
    [{ messages: [] }, 'body.messages'],
    [{ messages: Array.from({ length: 1_001 }, () => ({ payload: 1 })) }, 'body.messages'],
    [{ messages: [{ payload: 1 }, { payload: 1, priority: 'x' }] }, 'body.messages[1].priority'],
  ])('%j is refused by naming %s, and nothing is enqueued', async (body, field) => {
    const before = answerOf<QueueSize>('getQueueSize', await get('/mail/size')).size
    const { errors } = problemOf(await enqueue('mail', body), 400, 'REQUEST_INVALID')
    expect(errors?.map((error) => error.field)).toContain(field)
    expect(answerOf<QueueSize>('getQueueSize', await get('/mail/size')).size).toBe(before)
  })

  it.each([
    [{ payload: 1, scheduledFor: 'tomorrow at noon' }, 'SCHEDULE_INVALID', 400],
    [{ payload: 1, scheduledFor: '2026-02-30' }, 'SCHEDULE_INVALID', 400],
    [{ payload: 1, scheduledFor: '2030-01-01T08:00' }, 'SCHEDULE_INVALID', 400],
    [{ payload: 1, scheduledFor: '2999-01-01' }, 'SCHEDULE_INVALID', 400],
    [{ payload: 1, scheduledFor: 1, delayMs: 1 }, 'SCHEDULE_INVALID', 400],
    [{ payload: 'x'.repeat(262_143) }, 'PAYLOAD_TOO_LARGE', 413],
    [{ payload: 'x'.repeat(1_048_576) }, 'BODY_TOO_LARGE', 413],
    [{ messages: [{ payload: 1 }, { payload: 'x'.repeat(262_143) }] }, 'PAYLOAD_TOO_LARGE', 413],
    [{ messages: Array.from({ length: 40 }, () => ({ payload: 'x'.repeat(220_000) })) }, 'BODY_TOO_LARGE', 413],
  ])('a message %# is refused with %s', async (body, code, status) => {
    const before = answerOf<QueueSize>('getQueueSize', await get('/mail/size')).size
    problemOf(await enqueue('mail', body), status, code)
    expect(answerOf<QueueSize>('getQueueSize', await get('/mail/size')).size).toBe(before)
  })

  it('a bulk may be larger than one message', async () => {
    const messages = Array.from({ length: 8 }, (_, index) => ({ payload: 'x'.repeat(200_000), id: `large-${index}` }))
    answerOf<EnqueueResults>('enqueue', await enqueue('mail', { messages }))
  })

  it('a queue that nobody registered or filled is 404 everywhere, and asking does not make it', async () => {
    for (const response of [
      await get('/nobody'),
      await get('/nobody/size'),
      await harness.ask('DELETE', '/api/performance/queues/nobody/completed', { role: 'operator' }),
      await enqueue('nobody', { payload: 1 }),
    ]) {
      expect(problemOf(response, 404, 'QUEUE_NOT_FOUND').detail).toContain('mail')
    }
    expect(answerOf<QueueList>('listQueues', await get('')).queues.map(({ name }) => name)).not.toContain('nobody')
  })

  it.each(['%20', 'a%20b', '-a', 'x'.repeat(65), '%00', 'a%2fb', '%F0%9F%92%A9', '..%2f..'])(
    'the queue name %s is refused by its rule',
    async (name) => {
      const problem = problemOf(await get(`/${name}`), 400, 'REQUEST_INVALID')
      expect(problem.errors?.[0]).toMatchObject({ field: 'path.queueName', message: expect.stringContaining('1–64 letters') })
    },
  )

  it('a queue that another process made is served like those of the service', async () => {
    const other = new Queue('foreign', { connection: harness.connection })
    await other.enqueue({ n: 1 })
    expect(answerOf<QueueSize>('getQueueSize', await get('/foreign/size')).ready).toBe(1)
    expect(answerOf<QueueStats>('getQueue', await get('/foreign')).name).toBe('foreign')
    expect(answerOf<QueueList>('listQueues', await get('')).queues.map(({ name }) => name)).toContain('foreign')
    answerOf<Enqueued>('enqueue', await enqueue('foreign', { payload: { n: 2 } }))
    await other.close()
  })

  it('completed messages are counted with their times, and cleared', async () => {
    const queue = new Queue('done', { connection: harness.connection })
    await queue.enqueueMany(Array.from({ length: 12 }, (_, n) => ({ payload: n })))
    const worker = new Worker(queue, async () => undefined, { concurrency: 4 })
    await vi.waitFor(async () => expect((await queue.stats()).counts.completed).toBe(12), { timeout: 10_000 })
    await worker.close()
    const stats = answerOf<QueueStats>('getQueue', await get('/done'))
    expect(stats.totals.completed).toBe(12)
    expect(stats.runMs.p95).toBeGreaterThanOrEqual(0)
    const cleared = await harness.ask('DELETE', '/api/performance/queues/done/completed', { role: 'operator' })
    expect(answerOf<CompletedCleared>('clearCompleted', cleared)).toEqual({ queue: 'done', removed: 12 })
    const again = await harness.ask('DELETE', '/api/performance/queues/done/completed', {
      role: 'operator',
      headers: { 'content-type': 'application/json' },
    })
    expect(answerOf<CompletedCleared>('clearCompleted', again).removed).toBe(0)
    expect(answerOf<QueueStats>('getQueue', await get('/done'))).toMatchObject({
      counts: { completed: 0 },
      totals: { completed: 12, removed: 12 },
    })
    await queue.close()
  })
})

it('a store that is gone is a 503 that says what is known, and is not ready until it is back', async () => {
  const harness = await startHarness('redis', { queues: { mail: {} } })
  const { redis } = harness
  try {
    expect((await harness.ask('GET', '/health/ready')).statusCode).toBe(200)
    await redis?.kill()
    const gone = await harness.ask('GET', '/health/ready')
    expect(problemOf(gone, 503, 'NOT_READY')).toMatchObject({ detail: 'The store does not answer.' })
    expect(gone.body).not.toMatch(/127\.0\.0\.1|\d{4}/)
    // Probes come every few seconds: a line each, no stack.
    expect(harness.lines.filter((line) => line.includes('NOT_READY'))).toEqual([expect.not.stringContaining('stack')])
    expect((await harness.ask('GET', '/health/live')).statusCode).toBe(200)
    await redis?.restart()
    await vi.waitFor(async () => expect((await harness.ask('GET', '/health/ready')).statusCode).toBe(200), { timeout: 10_000 })
    expect((await harness.ask('GET', '/api/performance/queues', { role: 'viewer' })).statusCode).toBe(200)
  } finally {
    await harness.close()
  }
})
