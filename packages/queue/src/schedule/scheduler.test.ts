import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { connectEmbedded, connect } from '@millrace/connection'
import type { Connection, EmbeddedConnection } from '@millrace/connection'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { engineClock, pass, Seen } from '../engine.test.stage.ts'
import { Queue } from '../queue.ts'
import { openStore } from '../store/open-store.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { FlakyStore } from '../testing/flaky-store.ts'
import { Worker } from '../worker.ts'
import { ScheduleBook } from './schedule-book.ts'
import type { ScheduleOptions } from './schedule-options.ts'
import { firing, Scheduler } from './scheduler.ts'
import { lastSlots } from './slots.ts'
import { requireDefinition } from './schedule-options.ts'

type TestConnection = EmbeddedConnection & { setTestClock(ms: number): Promise<void> }

let directory: string
let connection: TestConnection
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-schedules-'))
  connection = (await connectEmbedded(directory, { testClock: true })) as TestConnection
})
afterAll(async () => {
  await connection.close()
  await rm(directory, { recursive: true, force: true })
})

let queues = 0
const startMs = Date.parse('2026-03-28T12:00:00Z')

/** A queue on a store whose clock is set, and processes that fire its schedules, each with a clock of its own that may be wrong. */
class Walk {
  readonly clock = new FakeClock(startMs)
  readonly name = `walk-${(queues += 1)}`
  readonly queue = new Queue(this.name, { connection })
  readonly flaky = new FlakyStore(openStore(connection, this.name))
  readonly errors: unknown[] = []
  readonly #schedulers = new Map<number, Scheduler>()
  #holders = 0

  async begin(): Promise<this> {
    await connection.setTestClock(this.clock.now())
    return this
  }

  start(process: number): void {
    if (this.#schedulers.has(process)) return
    const engine = engineClock(this.clock)
    // As much as two hours ahead or behind: what it shows decides nothing.
    const clock = { ...engine, now: () => engine.now() + (process - 1) * 7_200_000 }
    const store = this.flaky.store
    const book = new ScheduleBook(connection as Connection, store, this.name)
    const holder = `${this.name}-${process}-${(this.#holders += 1)}`
    const scheduler = new Scheduler({ book, store, clock, holder, maxLength: 0, onError: (error) => this.errors.push(error) })
    this.#schedulers.set(process, scheduler)
    scheduler.start()
  }

  async stop(process: number): Promise<void> {
    await this.#schedulers.get(process)?.stop()
    this.#schedulers.delete(process)
  }

  async end(): Promise<void> {
    for (const process of [...this.#schedulers.keys()]) await this.stop(process)
  }

  async advance(ms: number, steps = 1): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      this.clock.advance(ms / steps)
      await connection.setTestClock(this.clock.now())
      await this.settle()
    }
  }

  /** Rounds of calls to the store's thread until nothing moves. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn += 1) {
      await this.queue.schedules()
      await pass(this.clock, 0.001, 0.001)
    }
  }

  /** Slots that fired, by the ids of their messages. */
  async fired(): Promise<number[]> {
    const found: number[] = []
    for (const state of ['ready', 'scheduled'] as const) {
      for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
        const page = await this.queue.messages({ state, limit: 250, ...(cursor !== undefined && { cursor }) })
        for (const { id } of page.messages) found.push(Date.parse(id.replace(/^schedule:[^:]+:/, '')))
        cursor = page.cursor
      }
    }
    return found.sort((a, b) => a - b)
  }
}

const minutely: ScheduleOptions = { everyMs: 60_000, payload: 1, missed: 'all' }

describe('a schedule', () => {
  it('fires each slot once, named by it, with its payload and options', async () => {
    const walk = await new Walk().begin()
    const schedule = await walk.queue.schedule('tick', { ...minutely, payload: { n: 1 }, options: { priority: 'high', tags: ['t'] } })
    expect(schedule).toMatchObject({ name: 'tick', everyMs: 60_000, payload: { n: 1 }, paused: false, fired: 0, lastRun: null })
    expect(schedule.nextRunAtMs).toBe(startMs + 60_000)
    walk.start(1)
    await walk.settle()
    await walk.advance(180_000, 60)
    expect(await walk.fired()).toEqual([1, 2, 3].map((n) => startMs + n * 60_000))
    const id = 'schedule:tick:2026-03-28T12:03:00.000Z'
    expect(await walk.queue.message(id)).toMatchObject({ payload: '{"n":1}', level: 'high', options: { name: 'tick', tags: ['t'] } })
    expect(await walk.queue.schedules()).toMatchObject([
      { fired: 3, lastRun: { id, slotAtMs: startMs + 180_000 }, nextRunAtMs: startMs + 240_000 },
    ])
    await walk.end()
    expect(walk.errors).toEqual([])
  })

  it('is changed by name: the same changes nothing, other times count from now on, and a removed one ends', async () => {
    const walk = await new Walk().begin()
    await walk.queue.schedule('tick', minutely)
    walk.start(1)
    await walk.settle()
    await walk.advance(60_000, 30)
    expect(await walk.queue.schedule('tick', minutely)).toMatchObject({ fired: 1 })
    await walk.queue.schedule('tick', { ...minutely, everyMs: 90_000, payload: 2 })
    await walk.advance(120_000, 60)
    const [schedule] = await walk.queue.schedules()
    expect(schedule).toMatchObject({ everyMs: 90_000, payload: 2, fired: 2 })
    expect(await walk.queue.unschedule('tick')).toBe(true)
    expect(await walk.queue.unschedule('tick')).toBe(false)
    await walk.advance(600_000, 60)
    expect(await walk.fired()).toHaveLength(2)
    expect(await walk.queue.schedules()).toEqual([])
    await walk.end()
  })

  it('ends at its limit and its end, and what passes during a pause is not missed', async () => {
    const walk = await new Walk().begin()
    await walk.queue.schedule('three', { ...minutely, limit: 3 })
    await walk.queue.schedule('until', { ...minutely, endAt: startMs + 120_000 })
    await walk.queue.schedule('rests', minutely)
    walk.start(1)
    await walk.settle()
    await walk.queue.pauseSchedule('rests')
    await walk.advance(600_000, 60)
    await walk.queue.resumeSchedule('rests')
    await walk.advance(61_000, 30)
    const schedules = await walk.queue.schedules()
    expect(schedules.map(({ name, fired, nextRunAtMs }) => [name, fired, nextRunAtMs === null])).toEqual([
      ['rests', 1, false],
      ['three', 3, true],
      ['until', 2, true],
    ])
    await expect(walk.queue.pauseSchedule('nobody')).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' })
    await walk.end()
  })

  it('whose messages may not come together waits behind each slot, as long for one slot whoever fires it', async () => {
    const walk = await new Walk().begin()
    await walk.queue.schedule('spread', { ...minutely, jitterMs: 50_000 })
    walk.start(1)
    await walk.settle()
    await walk.advance(180_000, 60)
    const { messages } = await walk.queue.messages({ state: 'scheduled', limit: 10 })
    const delays = [...messages, ...(await walk.queue.messages({ state: 'ready', limit: 10 })).messages].map(
      ({ id, scheduledForMs }) => (scheduledForMs ?? 0) - Date.parse(id.replace('schedule:spread:', '')),
    )
    expect(delays).toHaveLength(3)
    for (const delay of delays) expect(delay).toBeLessThan(50_000)
    expect(new Set(delays).size).toBeGreaterThan(1)
    await walk.end()
  })

  it('of a time without workers fires by its policy when one comes', async () => {
    const walk = await new Walk().begin()
    for (const missed of ['one', 'skip', 'all'] as const) await walk.queue.schedule(missed, { ...minutely, missed })
    await walk.advance(600_000 + 45_000)
    walk.start(1)
    await walk.settle()
    const counts = () => walk.queue.schedules().then((all) => Object.fromEntries(all.map(({ name, fired }) => [name, fired])))
    expect(await counts()).toEqual({ one: 1, skip: 0, all: 10 })
    await walk.advance(16_000, 10)
    expect(await counts()).toEqual({ one: 2, skip: 1, all: 11 })
    await walk.end()
  })

  it.each([
    ['a tick', { everyMs: 1000, payload: 1 }, /its name must be 1 to 64/],
    ['tick', { payload: 1 }, /give `cron` or `everyMs`/],
    ['tick', { cron: '* * * * *', everyMs: 1000, payload: 1 }, /not both/],
    ['tick', { everyMs: 999, payload: 1 }, /`everyMs` must be a whole number from 1,000/],
    ['tick', { everyMs: 1000, timeZone: 'UTC', payload: 1 }, /belongs to `cron`/],
    ['tick', { cron: '* * * * *', payload: 1, missed: 'none' }, /`missed` must be 'one', 'skip' or 'all', got "none"/],
    ['tick', { cron: '* * * * *', payload: 1, missd: 'one' }, /did you mean `missed`/],
    ['tick', { cron: '* * * * *', payload: undefined }, /`payload` must be a JSON value/],
    ['tick', { cron: '* * * * *', payload: 1, options: { delayMs: 5 } }, /no option `delayMs`/],
    ['tick', { cron: '* * * * *', payload: 1, options: { priority: 'hgh' } }, /did you mean 'high'/],
    ['tick', { everyMs: 1000, payload: 1, startAt: 'now' }, /`startAt` must be a Date or ms/],
  ])('%s %j is refused, and nothing is stored', async (name, options, names) => {
    const queue = new Queue('refuses', { connection })
    await expect(queue.schedule(name, options as never)).rejects.toThrow(names)
    expect(await queue.schedules()).toEqual([])
  })
})

describe('random walks of clocks, with processes that come and go and calls that fail', () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(500, 5000, 31_000, 60_000, 200_000, 3_600_000) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('start' as const), process: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const), process: fc.nat(2) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('fail' as const),
        kind: fc.constantFrom('fail-before' as const, 'fail-after' as const, 'repeat' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('say again' as const), payload: fc.nat(1) }) },
  )
  const cron = fc.constantFrom('*/5 * * * *', '30 * * * *', '30 2 * * *', '*/10 2 * * *')

  it('each slot fires once, in time or by its policy', { timeout: 120_000 }, async () => {
    const law = fc.asyncProperty(
      cron,
      fc.constantFrom('one', 'all', 'skip'),
      fc.array(step, { minLength: 8, maxLength: 25 }),
      async (pattern, missed, steps) => {
        const walk = await new Walk().begin()
        const options = (payload: number): ScheduleOptions => ({
          cron: pattern,
          timeZone: 'Europe/Berlin',
          payload,
          missed: missed as 'one',
        })
        await walk.queue.schedule('s', options(0))
        for (const each of steps) {
          if (each.do === 'advance') await walk.advance(each.ms)
          else if (each.do === 'start') walk.start(each.process)
          else if (each.do === 'stop') await walk.stop(each.process)
          else if (each.do === 'fail') walk.flaky.next('enqueue', { kind: each.kind })
          else await walk.queue.schedule('s', options(each.payload))
        }
        walk.flaky.heal()
        walk.start(1)
        // Whoever led before is followed within its lease, and a failed call is tried again.
        await walk.advance(30_000, 30)
        const nowMs = walk.clock.now()
        const timing = requireDefinition(options(0), '0')
        const planned = lastSlots(timing, startMs, nowMs, 1000)
        const fired = await walk.fired()
        expect(new Set(fired).size).toBe(fired.length)
        expect(planned).toEqual(expect.arrayContaining(fired))
        if (missed === 'all' && planned.length <= 100) expect(fired).toEqual(planned)
        if (missed === 'one') expect(fired.at(-1)).toBe(planned.at(-1))
        const [schedule] = await walk.queue.schedules()
        // A call whose answer was lost, and whose slot was then passed over, is a message that was not written down.
        const unwritten = fired.length - (schedule?.fired ?? 0)
        expect(unwritten).toBeGreaterThanOrEqual(0)
        expect(unwritten).toBeLessThanOrEqual(steps.filter((each) => each.do === 'fail').length)
        await walk.end()
        await walk.queue.purge()
      },
    )
    await fc.assert(law, { numRuns: 25 })
  })
})

it('what fires is arithmetic: the last 100 of many, none beyond the limit, none that is done with', () => {
  const record = (missed: 'one' | 'all' | 'skip', limit?: number) => ({
    definition: requireDefinition({ everyMs: 1000, missed, ...(limit !== undefined && { limit }) }, '1'),
    paused: false,
    cursorMs: 10_000,
    fired: 0,
    lastSlotMs: null,
  })
  expect(firing(record('all'), 1_000_000).slots).toHaveLength(100)
  expect(firing(record('all'), 1_000_000)).toMatchObject({ cursorMs: 1_000_000 })
  expect(firing(record('all', 2), 15_000)).toEqual({ slots: [11_000, 12_000], cursorMs: 15_000 })
  expect(firing(record('one'), 15_400)).toEqual({ slots: [15_000], cursorMs: 15_000 })
  expect(firing(record('one'), 10_999)).toEqual({ slots: [], cursorMs: 10_000 })
})

it('a worker fires the schedules of its queue, also one made after it began', async () => {
  const place = await connect(`file:${join(directory, 'real')}`)
  const queue = new Queue<number>('real', { connection: place })
  const seen = new Seen<string>()
  const worker = new Worker(queue, (message) => seen.add(message.name))
  await queue.schedule('second', { everyMs: 1000, payload: 7 })
  expect(await seen.reach(2)).toEqual(['second', 'second'])
  await vi.waitFor(async () => expect((await queue.schedules())[0]?.fired).toBeGreaterThanOrEqual(2))
  await worker.close()
  await queue.close()
  await place.close()
})
