import { createClient } from '@millrace/contract'
import { describe, expect, it, vi } from 'vitest'
import { problemOf, startHarness } from './harness.test.setup.ts'
import type { onTestFinished } from 'vitest'
import type { Harness } from './harness.test.setup.ts'

async function setup(finished: typeof onTestFinished): Promise<Harness> {
  const harness = await startHarness('redis', { queues: { mail: {} } })
  finished(async () => {
    harness.redis?.resume()
    await harness.close()
  })
  return harness
}

const reads = [
  '/api/performance/summary',
  '/api/performance/api',
  '/api/performance/queues',
  '/api/performance/queues/mail',
  '/api/performance/queues/mail/size',
  '/api/performance/metrics/api.response_time',
  '/api/performance/metrics/api.response_time/aggregated',
  '/api/performance/export?range=7d',
]
const stillAnswered = ['/api/performance/system', '/api/performance/metrics', '/metrics', '/health/live']
const enqueuing = { role: 'operator', body: { payload: 1 } } as const

async function timed<Answer>(work: Promise<Answer>): Promise<{ answer: Answer; ms: number }> {
  const beganAtMs = performance.now()
  const answer = await work
  return { answer, ms: performance.now() - beganAtMs }
}

/** Everything at once, as a dashboard and its scripts would ask. */
async function askAll(harness: Harness) {
  const ask = (path: string) => timed(harness.ask('GET', path, { role: 'admin' })).then((told) => ({ path, ...told }))
  const [unread, answered, enqueued] = await Promise.all([
    Promise.all(reads.map(ask)),
    Promise.all(stillAnswered.map(ask)),
    timed(harness.ask('POST', '/api/queues/mail/messages', enqueuing)),
  ])
  for (const { path, answer, ms } of unread) {
    expect(problemOf(answer, 503, 'STORE_UNAVAILABLE').detail, path).toContain('could not be read; nothing was changed.')
    expect(answer.headers['retry-after'], path).toBe('1')
    expect(ms, path).toBeLessThan(3_000)
  }
  for (const { path, answer, ms } of answered) {
    expect(answer.statusCode, path).toBe(200)
    expect(ms, path).toBeLessThan(3_000)
  }
  expect(enqueued.answer.headers['retry-after']).toBe('1')
  expect(enqueued.ms).toBeLessThan(6_000)
  return problemOf(enqueued.answer, 503, 'STORE_UNAVAILABLE').detail
}

async function expectWell(harness: Harness): Promise<void> {
  for (const path of [...reads, ...stillAnswered]) expect((await harness.ask('GET', path, { role: 'admin' })).statusCode, path).toBe(200)
  expect((await harness.ask('POST', '/api/queues/mail/messages', enqueuing)).statusCode).toBe(201)
}

// They wait far more than they work.
describe.concurrent('while Redis is away', () => {
  it.for([
    ['fresh', 'killed'],
    ['fresh', 'hung'],
    ['warm', 'killed'],
    ['warm', 'hung'],
  ] as const)(
    'a %s server whose Redis is %s says so within seconds, and answers once it is back',
    async ([state, how], { onTestFinished: finished }) => {
      const harness = await setup(finished)
      if (state === 'warm') await expectWell(harness)
      if (how === 'killed') await harness.redis?.kill()
      else harness.redis?.pause()
      const first = await askAll(harness)
      // A call that was on its way when Redis hung may be done when it goes on.
      if (how === 'killed') expect(first).toContain('was not reached; nothing was changed.')
      else expect(first).toContain('The outcome is unknown')
      await vi.waitFor(() => expect(harness.connection.connected).toBe(false), 10_000)
      expect(await askAll(harness)).toContain('was not reached; nothing was changed.')
      if (how === 'killed') await harness.redis?.restart()
      else harness.redis?.resume()
      await expectWell(harness)
    },
  )

  it('what was told as not reached has no effect later', async ({ onTestFinished: finished }) => {
    const harness = await setup(finished)
    await harness.redis?.kill()
    problemOf(await harness.ask('POST', '/api/queues/mail/messages', enqueuing), 503, 'STORE_UNAVAILABLE')
    await harness.redis?.restart()
    expect((await harness.ask('GET', '/api/performance/queues/mail/size', { role: 'viewer' })).json()).toMatchObject({ size: 0 })
  })

  it('a stream says within seconds that there are no figures, and goes on when there are', async ({ onTestFinished: finished }) => {
    const harness = await setup(finished)
    const client = createClient({ baseUrl: await harness.listening(), token: harness.tokens.viewer })
    const seen: string[] = []
    let killedAtMs = 0
    for await (const { event, data } of client.streamSummary()) {
      if (event === 'summary' && seen.length === 0) {
        await harness.redis?.kill()
        killedAtMs = performance.now()
      }
      if (event === 'problem' && !seen.includes('problem')) {
        expect(performance.now() - killedAtMs).toBeLessThan(7_000)
        expect(data).toMatchObject({ code: 'STORE_UNAVAILABLE', detail: expect.stringContaining('could not be read') })
        await harness.redis?.restart()
      }
      seen.push(event)
      if (event === 'summary' && seen.includes('problem')) break
    }
    expect(seen.slice(0, 2)).toEqual(['summary', 'problem'])
  })
})
