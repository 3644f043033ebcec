import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { batchRules } from './engine-batch.test.rules.ts'
import { misuseRules } from './engine-misuse.test.rules.ts'
import { operatorRules } from './engine-operators.test.rules.ts'
import { missing, Seen, Stage } from './engine.test.stage.ts'
import type { EnginePlace } from './engine.test.stage.ts'
import { levels } from './message.ts'
import { queueNames } from './registry.ts'
import { openStore } from './store/open-store.ts'
import { Bury, Retry } from './verdict.ts'
import { Worker } from './worker.ts'

/** What the engine does on any store, in real time. */
export function describeEngine(name: string, open: () => Promise<EnginePlace>): void {
  describe(`the engine on ${name}`, () => {
    let stage: Stage

    beforeAll(async () => {
      stage = new Stage(await open())
    })
    afterEach(() => stage.clear())
    afterAll(() => stage.place.close())

    batchRules(() => stage)
    operatorRules(() => stage)
    misuseRules(() => stage)

    it('a message reaches its handler with what it was given and is completed by its return', async () => {
      const queue = stage.queue<{ to: string }>()
      const seen = new Seen<unknown>()
      const before = Date.now()
      const worker = stage.mind(new Worker(queue, async (message) => seen.add(message)))
      const completed = new Promise((resolve) => worker.on('completed', resolve))
      const { id, status } = await queue.enqueue({ to: 'ada' }, { priority: 'high', name: 'welcome', tags: ['a', 'b'] })
      const [message] = (await seen.reach(1)) as [Record<string, unknown>]
      await completed

      expect(status).toBe('added')
      expect(message).toMatchObject({
        id,
        name: 'welcome',
        payload: { to: 'ada' },
        priority: 'high',
        attempt: 1,
        retries: 0,
        scheduledFor: null,
        tags: ['a', 'b'],
      })
      expect(Math.abs((message['createdAtMs'] as number) - before)).toBeLessThan(60_000)
      expect((await queue.stats()).counts).toEqual({ ready: 0, scheduled: 0, active: 0, completed: 1, dead: 0 })
    })

    it('any JSON value is a payload and comes back as it was', async () => {
      const queue = stage.queue()
      const payloads = [null, 0, '', 'é\u0000😀', [], {}, { deep: [{ a: 1 }] }, 1e21, 'x'.repeat(200_000)]
      const seen = new Seen<unknown>()
      stage.mind(new Worker(queue, (message) => seen.add(message.payload), { concurrency: 1 }))
      await queue.enqueueMany(payloads.map((payload) => ({ payload })))
      expect(await seen.reach(payloads.length)).toEqual(payloads)
    })

    it('concurrent single calls share frames and each gets its own answer', async () => {
      const queue = stage.queue<number>()
      const seen = new Seen<number>()
      const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => queue.enqueue(index)))
      stage.mind(new Worker(queue, (message) => seen.add(message.payload), { concurrency: 100 }))
      const items = await seen.reach(1000)
      expect(new Set(answers.map((answer) => answer.id)).size).toBe(1000)
      expect(items.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index))
      await vi.waitFor(async () => expect((await queue.stats()).counts.completed).toBe(1000), { timeout: 10_000 })
      expect(await missing(queue)).toBe(0)
    })

    it('one worker slot runs the messages of a level in the order they came', async () => {
      const queue = stage.queue<number>()
      const seen = new Seen<number>()
      for (let index = 0; index < 20; index += 1) await queue.enqueue(index)
      stage.mind(new Worker(queue, async (message) => seen.add(message.payload), { concurrency: 1 }))
      expect(await seen.reach(20)).toEqual(Array.from({ length: 20 }, (_, index) => index))
    })

    it('every level gets its share while all of them wait', async () => {
      const queue = stage.queue<string>()
      await queue.enqueueMany(levels.flatMap((priority) => Array.from({ length: 60 }, () => ({ payload: priority, priority }))))
      const seen = new Seen<string>()
      stage.mind(new Worker(queue, (message) => seen.add(message.payload), { concurrency: 1 }))
      const first = (await seen.reach(240)).slice(0, 60)
      const count = (level: string) => first.filter((each) => each === level).length
      expect(count('low')).toBeGreaterThanOrEqual(1)
      expect(count('urgent')).toBeGreaterThan(count('high'))
      expect(count('high')).toBeGreaterThan(count('normal'))
    })

    it('a failing message is tried maxRetries times in all, then dead with the reason, found by its terms', async () => {
      const queue = stage.queue({ retryDelay: 0.01 })
      const attempts = new Seen<number>()
      const worker = stage.mind(
        new Worker(queue, async (message) => {
          attempts.add(message.attempt)
          throw new TypeError(`no luck with ${message.attempt}`)
        }),
      )
      const retrying: number[] = []
      worker.on('retrying', ({ delayMs }) => retrying.push(delayMs))
      const dead = new Promise((resolve) => worker.once('dead', resolve))
      const { id } = await queue.enqueue({}, { name: 'doomed', tags: ['red'] })

      expect(await dead).toMatchObject({ id, reason: 'TypeError: no luck with 3' })
      expect(attempts.items).toEqual([1, 2, 3])
      expect(retrying).toEqual([10, 20])
      const stored = await queue.message(id)
      expect(stored).toMatchObject({ state: 'dead', retries: 3, reason: 'TypeError: no luck with 3' })
      expect(stored?.attempts.map((attempt) => attempt.error.message)).toEqual(['no luck with 1', 'no luck with 2', 'no luck with 3'])
      for (const term of ['name:doomed', 'tag:red']) {
        const page = await queue.messages({ state: 'dead', term, limit: 10 })
        expect(page.messages.map((message) => message.id)).toEqual([id])
      }
    })

    it('Bury makes a message dead at its first attempt, Retry chooses the delay', async () => {
      const queue = stage.queue<string>({ retryDelay: 100 })
      const worker = stage.mind(
        new Worker(queue, (message) => {
          if (message.payload === 'bury') throw new Bury('nobody lives there')
          if (message.attempt === 1) throw new Retry({ delayMs: 5 })
        }),
      )
      const dead = new Promise((resolve) => worker.once('dead', resolve))
      const completed = new Promise((resolve) => worker.once('completed', resolve))
      const { id } = await queue.enqueue('bury')
      await queue.enqueue('retry')
      expect(await dead).toMatchObject({ id, reason: 'nobody lives there' })
      expect(await completed).toMatchObject({ message: { attempt: 2, retries: 1 } })
    })

    it('a scheduled message runs at its time and never before', async () => {
      const queue = stage.queue<number>()
      const seen = new Seen<{ early: number }>()
      stage.mind(new Worker(queue, (message) => seen.add({ early: (message.scheduledFor as number) - Date.now() })))
      await Promise.all([60, 20, 120].map((delayMs) => queue.enqueue(delayMs, { delayMs })))
      await queue.enqueue(5, { scheduledFor: new Date(Date.now() + 80) })
      for (const { early } of await seen.reach(4)) {
        expect(early).toBeLessThanOrEqual(1)
        expect(early).toBeGreaterThan(-1000)
      }
    })

    it('an id is taken once; the same id with another payload is refused', async () => {
      const queue = stage.queue<number>()
      expect(await queue.enqueue(1, { id: 'invoice-1' })).toEqual({ id: 'invoice-1', status: 'added' })
      expect(await queue.enqueue(1, { id: 'invoice-1' })).toEqual({ id: 'invoice-1', status: 'duplicate' })
      await expect(queue.enqueue(2, { id: 'invoice-1' })).rejects.toMatchObject({ code: 'ID_CONFLICT' })
      await expect(
        queue.enqueueMany([
          { payload: 1, id: 'invoice-1' },
          { payload: 3, id: 'invoice-3' },
          { payload: 2, id: 'invoice-1' },
        ]),
      ).rejects.toMatchObject({ code: 'ID_CONFLICT', details: { outcomes: ['duplicate', 'added', 'conflict'] } })
      expect((await queue.size()).size).toBe(2)
    })

    it('a full queue refuses and says so, and takes again when there is room', async () => {
      const queue = stage.queue<number>({ maxLength: 2 })
      await queue.enqueueMany([{ payload: 1 }, { payload: 2 }])
      await expect(queue.enqueue(3)).rejects.toMatchObject({ code: 'QUEUE_FULL' })
      await queue.purge()
      expect((await queue.enqueue(3)).status).toBe('added')
    })

    it('a message whose stored payload is no JSON is dead at once and never reaches a handler', async () => {
      const queue = stage.queue()
      const store = stage.place.storeOf?.(queue.name) ?? openStore(stage.place.connection, queue.name)
      const seen = new Seen<unknown>()
      const deaths = new Seen<unknown>()
      for (const batch of [undefined, { size: 5 }] as const) {
        const handler = (given: unknown) => seen.add(given)
        const worker = stage.mind(batch ? new Worker(queue, handler, { batch }) : new Worker(queue, handler))
        worker.on('dead', (death) => deaths.add(death))
        await store.enqueue({
          producer: `producer--${batch ? 1 : 0}`,
          number: 1,
          lowestUnanswered: 1,
          maxLength: 0,
          wakeNobody: false,
          messages: [
            {
              id: `broken-${batch ? 1 : 0}`,
              explicit: true,
              level: 'normal',
              delayMs: 0,
              scheduledForMs: null,
              options: undefined,
              payload: '{"a":',
            },
          ],
        })
        await deaths.reach(batch ? 2 : 1)
        await worker.close()
      }
      expect(deaths.items).toMatchObject([
        { id: 'broken-0', message: null, reason: 'the stored payload is not JSON' },
        { id: 'broken-1', message: null, reason: 'the stored payload is not JSON' },
      ])
      expect(seen.items).toEqual([])
    })

    it('cancelling an active message aborts its signal, frees its slot, and the late result changes nothing', async () => {
      const queue = stage.queue<string>()
      const started = new Seen<string>()
      const reasons = new Seen<unknown>()
      let finish = () => {}
      const worker = stage.mind(
        new Worker(
          queue,
          async (message, { signal }) => {
            started.add(message.payload)
            if (message.payload === 'next') return
            signal.addEventListener('abort', () => reasons.add(signal.reason))
            await new Promise<void>((resolve) => (finish = resolve))
          },
          { concurrency: 1 },
        ),
      )
      const { id } = await queue.enqueue('first')
      await started.reach(1)
      expect(await queue.cancel(id)).toBe('aborted')
      expect(await reasons.reach(1)).toMatchObject([{ code: 'CANCELLED' }])
      await queue.enqueue('next')
      await started.reach(2)
      finish()
      await worker.close()
      expect(await queue.message(id)).toBeUndefined()
      expect((await queue.stats()).totals).toMatchObject({ enqueued: 2, completed: 1, removed: 1 })
    })

    it('an attempt longer than its timeoutMs has failed, its slot is free and its signal aborts', async () => {
      const queue = stage.queue<string>()
      const reasons = new Seen<unknown>()
      const started = new Seen<string>()
      let finish = () => {}
      const worker = stage.mind(
        new Worker(
          queue,
          async (message, { signal }) => {
            started.add(message.payload)
            if (message.payload === 'quick') return
            signal.addEventListener('abort', () => reasons.add(signal.reason))
            await new Promise<void>((resolve) => (finish = resolve))
          },
          { concurrency: 1 },
        ),
      )
      const dead = new Promise((resolve) => worker.once('dead', resolve))
      const { id } = await queue.enqueue('slow', { timeoutMs: 20, maxRetries: 1 })
      await queue.enqueue('quick')
      expect(await dead).toMatchObject({ id, error: { code: 'TIMEOUT' } })
      expect(await reasons.reach(1)).toMatchObject([{ code: 'TIMEOUT' }])
      await started.reach(2)
      finish()
      await worker.close()
      expect((await queue.stats()).totals).toMatchObject({ completed: 1, dead: 1 })
    })

    it('close waits for what runs until the deadline, hands back the rest, and spends no attempt', async () => {
      const queue = stage.queue<number>()
      const started = new Seen<number>()
      await queue.enqueueMany([{ payload: 1 }, { payload: 2 }, { payload: 3 }])
      const worker = stage.mind(
        new Worker(
          queue,
          async (message, { signal }) => {
            started.add(message.payload)
            await new Promise((resolve, reject) => {
              if (message.payload === 1) setTimeout(resolve, 30)
              signal.addEventListener('abort', () => reject(signal.reason as Error))
            })
          },
          { concurrency: 2 },
        ),
      )
      await started.reach(2)
      expect(await worker.close({ deadlineMs: 80 })).toEqual({ finished: 1, released: 1 })
      expect((await queue.stats()).counts).toEqual({ ready: 2, scheduled: 0, active: 0, completed: 1, dead: 0 })
      expect((await queue.stats()).workers).toBe(0)
      expect(worker.health().status).toBe('closed')

      const attempts = new Seen<number>()
      stage.mind(new Worker(queue, (message) => attempts.add(message.attempt)))
      expect(await attempts.reach(2)).toEqual([1, 1])
    })

    it('a worker whose connection is closed ends by itself, its signals abort, and nothing of it keeps the process alive', async () => {
      const place = await open()
      const own = new Stage(place)
      const queue = own.queue<number>()
      const reasons = new Seen<unknown>()
      const started = new Seen<number>()
      const worker = new Worker(
        queue,
        async (message, { signal }) => {
          started.add(message.payload)
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          reasons.add(signal.reason)
        },
        { concurrency: 2 },
      )
      worker.on('error', () => {})
      await queue.enqueue(1)
      await started.reach(1)
      if (!place.storeOf) {
        await place.connection.close()
        expect(await reasons.reach(1)).toMatchObject([{ code: 'SHUTDOWN' }])
        expect(worker.health().status).toBe('closed')
        await expect(queue.enqueue(2)).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
      }
      await worker.close({ deadlineMs: 0 })
      await place.close()
    })

    it('progress, log and return value are kept with the message', async () => {
      const queue = stage.queue()
      const worker = stage.mind(
        new Worker(queue, async (_message, { log, progress }) => {
          log('first')
          progress(0.5, 'half')
          await new Promise((resolve) => setTimeout(resolve, 5))
          log('second')
          return { sent: 1 }
        }),
      )
      const completed = new Promise((resolve) => worker.once('completed', resolve))
      const { id } = await queue.enqueue({})
      await completed
      expect(await queue.message(id)).toMatchObject({
        state: 'completed',
        value: '{"sent":1}',
        log: ['first', 'second'],
        progress: { ratio: 0.5, note: 'half' },
      })
    })

    it('two workers share a queue and no message runs twice', async () => {
      const queue = stage.queue<number>()
      const other = stage.queue<number>({}, queue.name)
      const seen = new Seen<number>()
      const handler = async (message: { payload: number }) => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        seen.add(message.payload)
      }
      stage.mind(new Worker(queue, handler, { concurrency: 20 }))
      stage.mind(new Worker(other, handler, { concurrency: 20 }))
      await queue.enqueueMany(Array.from({ length: 500 }, (_, index) => ({ payload: index })))
      const items = await seen.reach(500)
      expect(new Set(items).size).toBe(500)
      await vi.waitFor(async () => expect((await queue.stats()).counts.completed).toBe(500), { timeout: 10_000 })
      expect(seen.items).toHaveLength(500)
    })

    it('the statistics have counts, shares, rates and times once a message went through', async () => {
      const queue = stage.queue()
      await expect(queue.stats()).rejects.toMatchObject({ code: 'QUEUE_NOT_FOUND' })
      await expect(queue.size()).rejects.toMatchObject({ code: 'QUEUE_NOT_FOUND' })
      expect(await queue.exists()).toBe(false)
      const worker = stage.mind(
        new Worker(queue, async () => new Promise<void>((resolve) => setTimeout(resolve, 20)), { batch: { size: 7 } }),
      )
      const completed = new Promise((resolve) => worker.once('completed', resolve))
      await queue.enqueue({}, { priority: 'urgent' })
      await completed
      await worker.close()
      const stats = await queue.stats()
      expect(stats).toMatchObject({ name: queue.name, batchSize: 7, workers: 0, drainSeconds: 0, totals: { enqueued: 1, completed: 1 } })
      expect(stats.levels[0]).toMatchObject({ level: 'urgent', served: 1, share: 8 / 15, targetAgeMs: 5000 })
      expect(stats.runMs.p50).toBeGreaterThanOrEqual(18)
      expect(stats.runMs.p99).toBeLessThan(2000)
      expect(stats.waitMs.p50).toBeGreaterThanOrEqual(0)
      expect(await queueNames(stage.place.connection)).toContain(queue.name)
      const [minute] = await queue.times(Date.now() - 120_000)
      expect(minute?.times[0]).toMatchObject({ level: 'urgent', name: 'default' })
    })
  })
}
