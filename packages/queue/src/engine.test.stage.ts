import { mkdtemp, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { connectEmbedded } from '@millrace/connection'
import type { Connection } from '@millrace/connection'
import type { Clock } from './clock.ts'
import type { QueueOptions } from './options.ts'
import { Queue } from './queue.ts'
import type { Store } from './store/store.ts'
import type { FakeClock } from './testing/fake-clock.ts'
import type { Worker } from './worker.ts'

/** A place where engines run: a connection, and the store a queue has there when it is not the connection's own. */
export interface EnginePlace {
  readonly connection: Connection
  readonly storeOf?: (queue: string) => Store
  close(): Promise<void>
}

/** How many messages the figures of a queue do not account for; 0 by I1. */
export async function missing(queue: Pick<Queue, 'stats'>): Promise<number> {
  const { counts, totals } = await queue.stats()
  const { ready, scheduled, active, completed, dead } = counts
  return totals.enqueued - (ready + scheduled + active + completed + dead + totals.removed)
}

/** An embedded file of its own, for the small state of tests that have another store. */
export async function embeddedPlace(): Promise<EnginePlace> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-engine-'))
  const connection = await connectEmbedded(directory)
  return {
    connection,
    close: async () => {
      await connection.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Queues of one place under names nobody used before, and what must be closed after a test. */
export class Stage {
  readonly place: EnginePlace
  readonly #workers: Worker<never>[] = []

  constructor(place: EnginePlace) {
    this.place = place
  }

  queue<Payload = unknown>(options: Partial<QueueOptions<Payload>> = {}, name = `test-${randomBytes(9).toString('hex')}`): Queue<Payload> {
    const store = this.place.storeOf?.(name)
    return new Queue<Payload>(name, { connection: this.place.connection, ...(store && { store }), ...options })
  }

  /** Has it closed when the test ends. */
  mind<Payload>(worker: Worker<Payload>): Worker<Payload> {
    this.#workers.push(worker as never)
    return worker
  }

  async clear(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.close({ deadlineMs: 0 })))
  }
}

/** The engine's clock made of the one a model store reads. */
export function engineClock(fake: FakeClock): Clock {
  return {
    now: () => fake.now(),
    after: (ms, run) => {
      const stop = fake.every(Math.max(ms, 0.001), () => {
        stop()
        run()
      })
      return stop
    },
  }
}

/** Lets everything run that is already resolved. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await setImmediate()
}

/** Moves time on by `ms` in steps, so that what one step causes has happened before the next. */
export async function pass(fake: FakeClock, ms: number, stepMs = Math.max(1, ms / 50)): Promise<void> {
  await settled()
  for (let left = ms; left > 0; left -= stepMs) {
    fake.advance(Math.min(stepMs, left))
    await settled()
  }
}

/** Collects what a handler saw. */
export class Seen<Item> {
  readonly items: Item[] = []
  readonly #waiting: { count: number; resolve: () => void }[] = []

  add(item: Item): void {
    this.items.push(item)
    for (const waiting of this.#waiting.filter(({ count }) => count <= this.items.length)) waiting.resolve()
  }

  /** Resolves once `count` items are here. */
  async reach(count: number): Promise<Item[]> {
    if (this.items.length < count) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`only ${this.items.length} of ${count} after 20 s`)), 20_000)
      })
      const reached = new Promise<void>((resolve) => this.#waiting.push({ count, resolve }))
      await Promise.race([reached, late]).finally(() => clearTimeout(timer))
    }
    return this.items
  }
}
