import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { connectRedis } from '@millrace/connection'
import type { RedisConnection } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Seen, Stage } from './engine.test.stage.ts'
import { queueNames } from './registry.ts'
import { Worker } from './worker.ts'

const program = fileURLToPath(new URL('./engine.test.child.js', import.meta.url))

describe('the engine on a Redis that fails', () => {
  let server: RedisProcess
  let connection: RedisConnection
  let stage: Stage
  const children: Child[] = []

  const setup = async (args: readonly string[] = []) => {
    server = await RedisProcess.start({ args })
    connection = await connectRedis(server.url, { commandTimeoutMs: 1000 })
    stage = new Stage({ connection, close: async () => {} })
  }
  const child = async (queue: string, role: string) => {
    const started = new Child(server.url, queue, role)
    children.push(started)
    await started.told((line) => line['ready'] === true)
    return started
  }

  afterEach(async () => {
    for (const each of children.splice(0)) each.process.kill('SIGKILL')
    await stage.clear()
    await connection.close()
    await server.close()
  })

  it('a Redis that is killed and comes back with its log loses nothing that was answered, and work resumes within 5 s', async () => {
    await setup(['--appendonly', 'yes', '--appendfsync', 'always'])
    const queue = stage.queue<number>()
    const seen = new Seen<number>()
    const worker = stage.mind(new Worker(queue, async (message) => seen.add(message.payload), { concurrency: 20 }))
    worker.on('error', () => {})
    const answered: number[] = []
    const stop = new AbortController()
    const producer = (async () => {
      for (let payload = 0; !stop.signal.aborted; payload += 1) {
        await queue.enqueue(payload, { id: `m${payload}` })
        answered.push(payload)
      }
    })()
    await seen.reach(50)
    for (let kills = 0; kills < 3; kills += 1) {
      await server.kill()
      await pause(200)
      await server.restart()
      const before = seen.items.length
      const back = Date.now()
      await seen.reach(before + 100)
      expect(Date.now() - back).toBeLessThan(5000)
    }
    stop.abort()
    await producer
    await vi.waitFor(async () => expect((await queue.stats()).totals.completed).toBe(answered.length), { timeout: 20_000, interval: 50 })
    expect(new Set(seen.items).size).toBe(answered.length)
    expect((await queue.stats()).totals.enqueued).toBe(answered.length)
  })

  it('a Redis that comes back empty is worked on again within 5 s, and the queue is known again', async () => {
    await setup()
    const queue = stage.queue<number>()
    const seen = new Seen<number>()
    const worker = stage.mind(new Worker(queue, async (message) => seen.add(message.payload)))
    worker.on('error', () => {})
    await queue.enqueue(1)
    await seen.reach(1)
    await server.kill()
    await server.restart()
    const back = Date.now()
    await queue.enqueue(2)
    await seen.reach(2)
    expect(Date.now() - back).toBeLessThan(5000)
    await vi.waitFor(async () => expect(await queueNames(connection)).toEqual([queue.name]), { timeout: 5000, interval: 50 })
    expect(worker.health().status).toBe('healthy')
  })

  it('a Redis that stands still for longer than a command may take is waited for', async () => {
    await setup()
    const queue = stage.queue<number>()
    const seen = new Seen<number>()
    const worker = stage.mind(new Worker(queue, async (message) => seen.add(message.payload), { leaseMs: 2000 }))
    worker.on('error', () => {})
    await queue.enqueue(1)
    await seen.reach(1)
    server.pause()
    const late = queue.enqueue(2)
    await pause(2500)
    expect(seen.items).toEqual([1])
    server.resume()
    await late
    await seen.reach(2)
    await vi.waitFor(async () => expect((await queue.stats()).totals).toMatchObject({ enqueued: 2, completed: 2 }))
  })

  it('a killed process’s messages run here once its lease has ended, and are counted as crashed', async () => {
    await setup()
    const queue = stage.queue<number>()
    const other = await child(queue.name, 'hold')
    await queue.enqueueMany([1, 2, 3].map((payload) => ({ payload })))
    await other.told((line) => line['started'] === 3)
    const seen = new Seen<{ payload: number; attempt: number }>()
    const killed = Date.now()
    other.process.kill('SIGKILL')
    stage.mind(new Worker(queue, ({ payload, attempt }) => seen.add({ payload, attempt }), { leaseMs: 2000 }))
    const items = await seen.reach(3)
    expect(Date.now() - killed).toBeLessThan(5000)
    expect(items.toSorted((a, b) => a.payload - b.payload)).toEqual([1, 2, 3].map((payload) => ({ payload, attempt: 2 })))
  })

  it('a process that is told to end hands its messages back at once, unspent', async () => {
    await setup()
    const queue = stage.queue<number>()
    const other = await child(queue.name, 'hold')
    await queue.enqueue(1)
    await other.told((line) => line['started'] === 1)
    const seen = new Seen<number>()
    stage.mind(new Worker(queue, ({ attempt }) => seen.add(attempt)))
    other.process.kill('SIGTERM')
    expect(await other.told((line) => 'released' in line)).toEqual({ finished: 0, released: 1 })
    expect(await seen.reach(1)).toEqual([1])
  })

  it('an idle worker hears at once of what another process enqueues', async () => {
    await setup()
    const queue = stage.queue<number>()
    const seen = new Seen<number>()
    stage.mind(new Worker(queue, ({ payload }) => seen.add(payload)))
    const producer = await child(queue.name, 'produce')
    const waits: number[] = []
    for (let payload = 0; payload < 20; payload += 1) {
      await vi.waitFor(async () => expect((await queue.stats()).counts.active).toBe(0))
      const asked = Date.now()
      producer.process.stdin.write(`${payload}\n`)
      await seen.reach(payload + 1)
      waits.push(Date.now() - asked)
    }
    // The poll alone would take 2.5 s on the average.
    expect(waits.toSorted((a, b) => a - b)[10]).toBeLessThan(200)
  })

  it('a message cancelled here is aborted in the process that runs it, within a second', async () => {
    await setup()
    const queue = stage.queue<number>()
    const other = await child(queue.name, 'hold')
    const { id } = await queue.enqueue(1)
    await other.told((line) => line['started'] === 1)
    const asked = Date.now()
    expect(await queue.cancel(id)).toBe('aborted')
    expect(await other.told((line) => line['ended'] === 1)).toMatchObject({ reason: 'CANCELLED' })
    expect(Date.now() - asked).toBeLessThan(1000)
  })

  it('a handler that blocks its process for longer than the lease keeps its messages', async () => {
    await setup()
    const queue = stage.queue<number>()
    const started = new Seen<number>()
    const worker = stage.mind(
      new Worker(
        queue,
        (message) => {
          started.add(message.attempt)
          for (const end = Date.now() + 6000; Date.now() < end;);
        },
        { leaseMs: 3000, concurrency: 1 },
      ),
    )
    let lost = 0
    worker.on('lease-lost', () => (lost += 1))
    await queue.enqueue(1)
    // The lease is there once the store has answered a claim; then a second process looks for dead workers.
    await child(queue.name, 'run')
    await vi.waitFor(async () => expect((await queue.stats()).totals.completed).toBe(1), { timeout: 15_000 })
    expect(started.items).toEqual([1])
    expect(lost).toBe(0)
  })
})

type Line = Readonly<Record<string, unknown>>

/** A process of its own, and what it said. */
class Child {
  readonly process: ChildProcessWithoutNullStreams
  readonly #lines: Line[] = []
  readonly #waiting = new Set<() => void>()

  constructor(url: string, queue: string, role: string) {
    this.process = spawn(process.execPath, [program, url, queue, role], { stdio: 'pipe' })
    this.process.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk))
    createInterface(this.process.stdout).on('line', (text) => {
      this.#lines.push(JSON.parse(text) as Line)
      for (const wake of this.#waiting) wake()
    })
  }

  /** The first line that fits, when it comes. */
  async told(fits: (line: Line) => boolean): Promise<Line> {
    const gone = once(this.process, 'exit').then(() => 'gone' as const)
    for (;;) {
      const found = this.#lines.find(fits)
      if (found) return found
      let wake = () => {}
      const next = new Promise<void>((resolve) => (wake = resolve))
      this.#waiting.add(wake)
      const what = await Promise.race([next, gone, pause(15_000, 'late' as const, { ref: false })])
      this.#waiting.delete(wake)
      if (what) throw new Error(`the process is ${what}; it said ${JSON.stringify(this.#lines)}`)
    }
  }
}
