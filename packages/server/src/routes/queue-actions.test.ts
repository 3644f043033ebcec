import type { QueuePaused, QueueStats, Redriven } from '@millrace/contract'
import { Bury, Worker } from '@millrace/queue'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { answerOf, problemOf, startHarness } from '../harness.test.setup.ts'
import type { Harness, StoreKind } from '../harness.test.setup.ts'

describe.each<StoreKind>(['embedded', 'redis'])('what an operator does to a queue on %s', (kind) => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness(kind, { queues: { mail: {}, still: {}, chosen: {}, later: {} } })
  })
  afterAll(() => harness.close())

  const act = (queue: string, verb: string, body?: unknown) =>
    harness.ask('POST', `/api/queues/${queue}/${verb}`, { role: 'operator', ...(body === undefined ? {} : { body }) })
  const stats = async (queue: string) =>
    answerOf<QueueStats>('getQueue', await harness.ask('GET', `/api/performance/queues/${queue}`, { role: 'viewer' }))

  /** Messages that no handler could read. */
  async function bury(name: string, ids: readonly string[]): Promise<void> {
    const queue = harness.queues.queue(name)
    await queue.enqueueMany(ids.map((id) => ({ payload: id, id })))
    const worker = new Worker(queue, async () => {
      throw new Bury('unreadable')
    })
    await vi.waitFor(async () => expect((await queue.stats()).counts.dead).toBe(ids.length), { timeout: 10_000 })
    await worker.close()
  }

  it('a paused queue gives out nothing until it is resumed, and says so', async () => {
    expect(answerOf<QueuePaused>('pauseQueue', await act('still', 'pause'))).toEqual({ queue: 'still', paused: true })
    answerOf<QueuePaused>('pauseQueue', await act('still', 'pause'))
    expect((await stats('still')).paused).toBe(true)
    expect(answerOf<QueuePaused>('resumeQueue', await act('still', 'resume'))).toEqual({ queue: 'still', paused: false })
    expect((await stats('still')).paused).toBe(false)
  })

  it('all dead messages are ready again', async () => {
    await bury('mail', ['a', 'b', 'c'])
    expect(answerOf<Redriven>('redriveQueue', await act('mail', 'redrive', {}))).toEqual({ queue: 'mail', redriven: 3 })
    expect((await stats('mail')).counts).toMatchObject({ ready: 3, dead: 0 })
  })

  it('the chosen ones alone, and only as many as were expected', async () => {
    await bury('chosen', ['a', 'b', 'c'])
    const detail = problemOf(await act('chosen', 'redrive', { expectedCount: 2 }), 409, 'COUNT_CHANGED').detail
    expect(detail).toBe('chosen has 3 dead messages, not 2; look again and send the number that is there now.')
    problemOf(await act('chosen', 'redrive', { ids: ['a'], expectedCount: 2 }), 409, 'COUNT_CHANGED')
    expect((await stats('chosen')).counts.dead).toBe(3)
    expect(answerOf<Redriven>('redriveQueue', await act('chosen', 'redrive', { ids: ['a', 'nobody'], expectedCount: 2 })).redriven).toBe(1)
    expect(answerOf<Redriven>('redriveQueue', await act('chosen', 'redrive', { expectedCount: 2 })).redriven).toBe(2)
    expect(answerOf<Redriven>('redriveQueue', await act('chosen', 'redrive', { expectedCount: 0 })).redriven).toBe(0)
  })

  it('with a delay they are scheduled', async () => {
    await bury('later', ['a'])
    expect(answerOf<Redriven>('redriveQueue', await act('later', 'redrive', { delayMs: 60_000 })).redriven).toBe(1)
    expect((await stats('later')).counts).toMatchObject({ ready: 0, scheduled: 1, dead: 0 })
  })

  it.each([
    ['POST', '/api/queues/mail/pause'],
    ['POST', '/api/queues/mail/resume'],
    ['POST', '/api/queues/mail/redrive'],
    ['DELETE', '/api/performance/queues/mail/completed'],
  ])('%s %s refuses what it does not know, and names it', async (method, path) => {
    const refused = await harness.ask(method, path, { role: 'operator', body: { force: true } })
    const { errors } = problemOf(refused, 400, 'REQUEST_INVALID')
    expect(errors?.[0]).toEqual({
      field: 'body.force',
      message: expect.stringMatching(/^is not known here; (nothing is|known are expectedCount, ids, delayMs)$/),
    })
    if (path.endsWith('redrive')) return
    problemOf(
      await harness.ask(method, path, { role: 'operator', body: '[]', headers: { 'content-type': 'application/json' } }),
      400,
      'REQUEST_INVALID',
    )
    expect((await harness.ask(method, path, { role: 'operator', body: {} })).statusCode).toBe(200)
    expect((await harness.ask(method, path, { role: 'operator' })).statusCode).toBe(200)
  })

  it('a redrive without a body is told what to send', async () => {
    expect(problemOf(await act('mail', 'redrive'), 400, 'REQUEST_INVALID').detail).toBe(
      'The body is missing; send JSON (Content-Type: application/json) with any of expectedCount, ids, delayMs, or {}.',
    )
  })

  it.each(['pause', 'resume', 'redrive'])('%s of a queue that is not there names those that are', async (verb) => {
    expect(problemOf(await act('nowhere', verb, verb === 'redrive' ? {} : undefined), 404, 'QUEUE_NOT_FOUND').detail).toContain('mail')
  })

  it.each([
    [{ expectedCount: -1 }, 'body.expectedCount must be at least 0 (how many'],
    [{ ids: [] }, 'body.ids must have at least 1 entry.'],
    [{ ids: ['a', 'a'] }, 'body.ids must not have the same entry twice.'],
    [{ ids: Array.from({ length: 1_001 }, (_, n) => `id-${n}`) }, 'body.ids must have at most 1,000 entries.'],
    [{ delayMs: 'soon' }, 'body.delayMs must be a number (they are'],
    [{ all: true }, 'body.all is not known here; known are expectedCount, ids, delayMs.'],
  ])('refuses %j in plain words', async (body, words) => {
    expect(problemOf(await act('mail', 'redrive', body), 400, 'REQUEST_INVALID').detail).toContain(words)
  })
})
