import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { MillraceError } from '@millrace/connection'
import { embeddedPlace, engineClock, pass, settled, Stage } from './engine.test.stage.ts'
import type { EnginePlace } from './engine.test.stage.ts'
import type { QueueOptions } from './options.ts'
import { Queue } from './queue.ts'
import type { Store } from './store/store.ts'
import { FakeClock } from './testing/fake-clock.ts'
import { FlakyStore } from './testing/flaky-store.ts'
import { ModelStore } from './testing/model-store.ts'
import type { Handler } from './worker/handler.ts'
import { Worker } from './worker.ts'

const minute = 60_000

describe('a worker and time', () => {
  let place: EnginePlace
  let stage: Stage
  let clock: FakeClock
  let model: ModelStore
  let flaky: FlakyStore
  let errors: Error[]
  let name: string
  let names = 0

  beforeAll(async () => {
    place = await embeddedPlace()
    stage = new Stage(place)
  })
  beforeEach(() => {
    clock = new FakeClock()
    name = `clocked-${(names += 1)}`
    model = new ModelStore(name, { clock })
    flaky = new FlakyStore(model, { pause: (ms) => new Promise((resolve) => void engineClock(clock).after(ms, resolve)) })
    errors = []
  })
  afterEach(async () => {
    flaky.heal()
    const cleared = stage.clear()
    await pass(clock, 10_000, 50)
    await cleared
  })
  afterAll(() => place.close())

  const queueOn = (store: Store, options: Partial<QueueOptions<number>> = {}) =>
    new Queue<number>(name, { connection: place.connection, store, ...options })
  const workerOn = (queue: Queue<number>, handler: Handler<number>, concurrency = 10, leaseMs = 15_000) => {
    const worker = stage.mind(new Worker(queue, handler, { concurrency, leaseMs, clock: engineClock(clock) }))
    worker.on('error', (error) => errors.push(error))
    return worker
  }
  const never = () => new Promise<void>(() => {})
  const counts = async () => (await model.inspect.stats()).counts

  it('retries wait 1 s, 2 s, 4 s …, at most 15 minutes', async () => {
    const queue = queueOn(model, { maxRetries: 13 })
    const at: number[] = []
    workerOn(queue, () => {
      at.push(clock.now())
      throw new Error('no')
    })
    await queue.enqueue(1)
    await pass(clock, 30 * minute, 250)
    await pass(clock, 60 * minute, 250)
    const waits = at.slice(1).map((ms, index) => Math.floor((ms - (at[index] as number)) / 1000))
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
    expect((await counts()).dead).toBe(1)
  })

  it('a call whose answer was lost is repeated, and nothing is claimed or settled twice', async () => {
    const queue = queueOn(flaky.store)
    const ran: number[] = []
    workerOn(queue, (message) => void ran.push(message.payload))
    await pass(clock, 10)
    flaky.next('claim', { kind: 'fail-after' })
    flaky.next('claim', { kind: 'fail-after' })
    await queue.enqueueMany([{ payload: 1 }, { payload: 2 }])
    await pass(clock, 1000)
    expect(ran).toEqual([1, 2])
    expect((await model.inspect.stats()).totals).toMatchObject({ completed: 2, stale: 0 })
    // Told once in 10 s: an outage fails many calls.
    expect(errors).toMatchObject([{ code: 'STORE_UNAVAILABLE' }])
  })

  it('any mix of lost calls, lost answers and repeats loses nothing and runs nothing twice', async () => {
    const queue = queueOn(flaky.store)
    const ran: number[] = []
    let seed = 7
    flaky.always((verb) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      if (verb !== 'claim' || seed % 3 === 0) return undefined
      return { kind: (['fail-before', 'fail-after', 'repeat'] as const)[(seed % 7) % 3] as 'repeat' }
    })
    workerOn(queue, (message) => void ran.push(message.payload), 3)
    await queue.enqueueMany(Array.from({ length: 200 }, (_, payload) => ({ payload })))
    await pass(clock, 60_000, 50)
    expect(ran.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index))
    expect((await model.inspect.stats()).totals).toMatchObject({ completed: 200, stale: 0 })
  })

  it('after an outage of any length the worker takes messages again within 5 s', async () => {
    const queue = queueOn(model)
    const ran: number[] = []
    const worker = workerOn(queueOn(flaky.store), (message) => void ran.push(message.payload))
    await pass(clock, 100)
    flaky.always((verb) => (verb === 'claim' ? { kind: 'fail-before' } : undefined))
    await queue.enqueue(1)
    await pass(clock, 10 * minute, 500)
    expect(ran).toEqual([])
    expect(worker.health().status).toBe('silent')
    flaky.heal()
    await pass(clock, 5000)
    expect(ran).toEqual([1])
    expect(worker.health().status).toBe('healthy')
  })

  it('a busy worker that has the timer passes what is due on to an idle one at once', async () => {
    const queue = queueOn(model)
    const ran: [string, number][] = []
    const start = clock.now()
    const note = (who: string) => (message: { payload: number }) => {
      ran.push([who, message.payload])
      return message.payload === 1 ? never() : Promise.resolve()
    }
    workerOn(queueOn(model.second()), note('busy'), 1)
    await pass(clock, 10)
    await queue.enqueue(2, { delayMs: 500 })
    await pass(clock, 10)
    await queue.enqueue(1)
    await pass(clock, 10)
    expect(ran).toEqual([['busy', 1]])
    workerOn(queueOn(model.second()), note('idle'), 1)
    await pass(clock, 530 - (clock.now() - start))
    expect(ran).toEqual([
      ['busy', 1],
      ['idle', 2],
    ])
  })

  it('a wake-up that was lost costs less than 5 s', async () => {
    const queue = queueOn(model)
    const ran: number[] = []
    const deaf = new Proxy(model.second(), {
      get: (target, name) => (name === 'listen' ? () => Promise.resolve(async () => {}) : bound(target, name)),
    })
    workerOn(queueOn(deaf), (message) => void ran.push(message.payload))
    await pass(clock, 100)
    await queue.enqueue(1)
    await settled()
    expect(ran).toEqual([])
    await pass(clock, 5000)
    expect(ran).toEqual([1])
  })

  it('a worker that lost its lease aborts what it runs, takes a new id, and what it still answers is ignored', async () => {
    const queue = queueOn(model)
    const reasons: unknown[] = []
    const finish: (() => void)[] = []
    const attempts: number[] = []
    const sick = new Proxy(model.second(), {
      get: (target, name) => (name === 'keepRenewing' ? () => ({ stop: async () => {} }) : bound(target, name)),
    })
    // The first worker cannot renew and blocks; a second one rescues.
    flaky = new FlakyStore(sick)
    const lost = new Promise((resolve) => {
      const worker = workerOn(queueOn(flaky.store), async (message, { signal }) => {
        attempts.push(message.attempt)
        signal.addEventListener('abort', () => reasons.push(signal.reason))
        await new Promise<void>((resolveHandler) => finish.push(resolveHandler))
      })
      worker.on('lease-lost', resolve)
    })
    await queue.enqueue(1)
    await pass(clock, 100)
    expect(attempts).toEqual([1])
    await queue.pause()
    flaky.always((verb) => (verb === 'claim' ? { kind: 'fail-before' } : undefined))
    workerOn(queueOn(model.second()), never)
    await pass(clock, 20_000, 100)
    expect((await counts()).active).toBe(0)
    flaky.heal()
    await pass(clock, 5000)
    expect(await lost).toMatchObject({ messages: 1 })
    expect(reasons).toMatchObject([{ code: 'LEASE_LOST' }])
    for (const resolve of finish) resolve()
    await pass(clock, 5000)
    expect((await model.inspect.stats()).totals).toMatchObject({ completed: 0, stale: 0 })
    expect((await counts()).ready).toBe(1)
  })

  it('a dead worker’s messages run elsewhere within 16 s', async () => {
    const queue = queueOn(model)
    await queue.enqueue(1)
    await model.second().claim({
      worker: '0dead---------',
      number: 1,
      nonce: '-----------',
      results: [],
      leaseMs: 15_000,
      retention: { completedCount: 10, completedAgeMs: minute, deadCount: 10, deadAgeMs: minute },
      limit: 10,
      idle: false,
      turns: [],
    })
    const startedAt = clock.now()
    let ranAt = 0
    workerOn(queue, (message) => {
      ranAt = clock.now()
      expect(message.attempt).toBe(2)
    })
    await pass(clock, 16_000, 50)
    expect(ranAt - startedAt).toBeGreaterThan(14_900)
    expect(ranAt - startedAt).toBeLessThan(16_000)
    expect((await counts()).completed).toBe(1)
  })

  it('a suspect waits for its worker to run empty and then runs alone', async () => {
    const queue = queueOn(model)
    await queue.enqueue(0)
    for (const name of ['a', 'b']) {
      await model.second().claim({
        worker: `0${name}------------`,
        number: 1,
        nonce: '-----------',
        results: [],
        leaseMs: 1000,
        retention: { completedCount: 10, completedAgeMs: minute, deadCount: 10, deadAgeMs: minute },
        limit: 1,
        idle: false,
        turns: [],
      })
      clock.advance(1001)
      await model.rescue(1000)
    }
    expect((await model.inspect.stats()).suspects).toBe(1)
    const now = new Set<number>()
    const together: number[][] = []
    const worker = workerOn(
      queue,
      async (message) => {
        now.add(message.payload)
        together.push([...now])
        await new Promise<void>((resolve) => void engineClock(clock).after(100, resolve))
        now.delete(message.payload)
      },
      4,
    )
    await queue.enqueueMany([1, 2, 3, 4, 5, 6].map((payload) => ({ payload })))
    await pass(clock, 5000, 10)
    expect(together.filter((group) => group.includes(0))).toEqual([[0]])
    expect(together.some((group) => group.length > 1)).toBe(true)
    expect((await counts()).completed).toBe(7)
    expect(worker.health()).toMatchObject({ running: 0, waiting: 0 })
  })

  it('what was claimed ahead of its slot is handed back at close, without an attempt', async () => {
    const queue = queueOn(model)
    const worker = workerOn(queue, (message) => (message.payload < 5 ? undefined : never()), 1)
    await queue.enqueueMany(Array.from({ length: 10 }, (_, payload) => ({ payload })))
    await pass(clock, 1000)
    expect(worker.health()).toMatchObject({ running: 1, waiting: 4 })
    const closed = worker.close({ deadlineMs: 0 })
    await pass(clock, 1000)
    expect(await closed).toEqual({ finished: 0, released: 5 })
    const { messages } = await model.inspect.messages({ state: 'ready', limit: 10 })
    expect(messages.map(({ payload, retries, attempts }) => [payload, retries, attempts])).toEqual(
      [5, 6, 7, 8, 9].map((payload) => [String(payload), 0, []]),
    )
  })

  it('a partial batch waits for more only as long as lingerMs says', async () => {
    const queue = queueOn(model)
    const batches: number[][] = []
    const worker = new Worker<number>(queue, (messages) => void batches.push(messages.map((message) => message.payload)), {
      batch: { size: 3, lingerMs: 200 },
      clock: engineClock(clock),
    })
    stage.mind(worker)
    await queue.enqueue(1)
    await pass(clock, 150, 10)
    await queue.enqueue(2)
    await pass(clock, 40, 10)
    expect(batches).toEqual([])
    await pass(clock, 20, 10)
    expect(batches).toEqual([[1, 2]])
    await queue.enqueueMany([3, 4, 5, 6].map((payload) => ({ payload })))
    await pass(clock, 20, 10)
    expect(batches[1]).toEqual([3, 4, 5])
    await pass(clock, 200, 10)
    expect(batches[2]).toEqual([6])
  })

  it('trims by itself, one worker of the queue at a time', async () => {
    const queue = queueOn(flaky.store, { retention: { completedAgeMs: minute } })
    workerOn(queue, () => undefined)
    workerOn(queue, () => undefined)
    await queue.enqueueMany(Array.from({ length: 600 }, (_, payload) => ({ payload })))
    await pass(clock, 1000)
    expect((await counts()).completed).toBe(600)
    await pass(clock, 3 * minute, 1000)
    // The lease is a real one in a real file: it takes real time.
    await vi.waitFor(
      async () => {
        await pass(clock, 1000, 100)
        expect((await counts()).completed).toBe(0)
      },
      { timeout: 20_000 },
    )
    expect((await model.inspect.stats()).totals.removed).toBe(600)
  })

  it('is idle at a bounded cost: at most one claim a second and one poll every 4 s', async () => {
    workerOn(queueOn(flaky.store), () => undefined)
    await pass(clock, 100)
    const before = flaky.calls.get('claim') ?? 0
    await pass(clock, minute, 100)
    const calls = (flaky.calls.get('claim') ?? 0) - before
    expect(calls).toBeGreaterThanOrEqual(14)
    expect(calls).toBeLessThanOrEqual(61)
  })

  it('a handler that throws anything at all fails its message and nothing else', async () => {
    const queue = queueOn(model, { maxRetries: 1 })
    const thrown = [undefined, null, 'text', 5, { code: 1 }, new MillraceError('QUEUE_FULL', 'elsewhere'), Symbol('s'), cyclicError()]
    const reasons: string[] = []
    const worker = workerOn(queue, (message) => {
      throw thrown[message.payload]
    })
    worker.on('dead', ({ reason }) => reasons.push(reason))
    await queue.enqueueMany(thrown.map((_, payload) => ({ payload })))
    await pass(clock, 100)
    expect(reasons).toEqual([
      'Thrown: undefined',
      'Thrown: null',
      'Thrown: text',
      'Thrown: 5',
      'Thrown: {"code":1}',
      'QUEUE_FULL: elsewhere',
      'Thrown: Symbol(s)',
      'Error: round',
    ])
    expect(errors).toEqual([])
  })

  it('what a handler reported last arrives before its result, however slow the way', async () => {
    const queue = queueOn(flaky.store)
    flaky.always((verb) => (verb === 'progress' ? { kind: 'delay', ms: 300 } : undefined))
    const worker = stage.mind(
      new Worker<number>(
        queue,
        async (_message, { log }) => {
          log('first')
          await settled()
          log('second')
        },
        { clock: engineClock(clock) },
      ),
    )
    await pass(clock, 100)
    const { id } = await queue.enqueue(1)
    await pass(clock, 2000)
    expect(await model.inspect.message(id)).toMatchObject({ state: 'completed', log: ['first', 'second'] })
    expect(worker.health()).toMatchObject({ running: 0 })
    expect((await model.inspect.stats()).totals.stale).toBe(0)
  })

  it('a listener that throws stops nothing', async () => {
    const queue = queueOn(model)
    const worker = workerOn(queue, () => undefined)
    worker.on('completed', () => {
      throw new Error('listener')
    })
    await queue.enqueueMany([{ payload: 1 }, { payload: 2 }])
    await pass(clock, 100)
    expect((await counts()).completed).toBe(2)
    expect(errors.map((error) => error.message)).toEqual(['listener', 'listener'])
  })

  it('a return value that cannot be kept does not undo the work', async () => {
    const queue = queueOn(model)
    workerOn(queue, (message) => (message.payload === 1 ? 'x'.repeat(17_000) : 1n))
    await queue.enqueueMany([{ payload: 1 }, { payload: 2 }])
    await pass(clock, 100)
    expect((await counts()).completed).toBe(2)
    expect(errors).toMatchObject([{ code: 'VALUE_DROPPED' }, { code: 'VALUE_DROPPED' }])
  })
})

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target)
  return typeof value === 'function' ? value.bind(target) : value
}

function cyclicError(): Error {
  const error = new Error('round')
  error.cause = error
  return error
}
