import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import { connect, connectEmbedded } from '@millrace/connection'
import type { Connection } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import type { Clock } from './clock.ts'
import { PerformanceMonitoringService } from './performance-monitoring-service.ts'
import type { PerformanceMonitoringServiceOptions } from './performance-monitoring-service.ts'

const startMs = Date.UTC(2027, 0, 15, 8)

/** A clock that stands still until it is moved; timers run on the way, in order. */
export class StillClock implements Clock {
  #nowMs = startMs
  readonly #timers = new Set<{ dueMs: number; run: () => void }>()

  /** Begins anew, without timers. */
  reset(): void {
    this.#nowMs = startMs
    this.#timers.clear()
  }

  now(): number {
    return this.#nowMs
  }

  after(ms: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + ms, run }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Is corrected, back or forth: timers keep their distance. */
  step(ms: number): void {
    this.#nowMs += ms
    for (const timer of this.#timers) timer.dueMs += ms
  }

  advance(ms: number): void {
    if (ms < 0) return this.step(ms)
    const targetMs = this.#nowMs + ms
    for (;;) {
      const next = [...this.#timers].filter((timer) => timer.dueMs <= targetMs).sort((a, b) => a.dueMs - b.dueMs)[0]
      if (!next) break
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      this.#timers.delete(next)
      next.run()
    }
    this.#nowMs = targetMs
  }
}

/** Tries `check` until it throws no more; for as long as a machine with too much to do may need. */
export function soon(check: () => Promise<void> | void): Promise<void> {
  return vi.waitFor(check, { timeout: 15_000, interval: 10 })
}

interface MonitorPlace {
  /** A connection under a prefix that nobody used before (Redis), or to a file of its own. */
  open(): Promise<Connection>
  close(): Promise<void>
}

/** Both stores, each made when its tests begin. */
const places: Readonly<Record<'redis' | 'embedded', () => Promise<MonitorPlace>>> = {
  async redis() {
    const server = await RedisProcess.start()
    const opened: Connection[] = []
    return {
      async open() {
        const connection = await connect(server.url, { prefix: `test-${randomBytes(6).toString('hex')}:` })
        opened.push(connection)
        return connection
      },
      async close() {
        await Promise.all(opened.map((connection) => connection.close()))
        await server.close()
      },
    }
  },
  async embedded() {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-monitor-'))
    const opened: Connection[] = []
    return {
      async open() {
        const connection = await connectEmbedded(join(folder, randomBytes(6).toString('hex')))
        opened.push(connection)
        return connection
      },
      async close() {
        await Promise.all(opened.map((connection) => connection.close()))
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
}

/** What each test of a block has for itself. */
export interface Stage {
  /** Of the running test. */
  readonly connection: Connection
  /** Begins anew with every test. */
  readonly clock: StillClock
  /** Another monitor of the running test, on its connection and clock; closed when the test has ended. */
  readonly monitor: (instance: string, options?: Partial<PerformanceMonitoringServiceOptions>) => PerformanceMonitoringService
}

/** Call in a `describe`, or once in a file: its tests share a store of that kind, where each has a connection of its own. */
export function stageOn(kind: 'redis' | 'embedded'): Stage {
  const clock = new StillClock()
  let place: MonitorPlace
  let connection: Connection
  let made: PerformanceMonitoringService[] = []
  beforeAll(async () => {
    place = await places[kind]()
  })
  beforeEach(async () => {
    connection = await place.open()
    clock.reset()
  })
  afterEach(async () => {
    await Promise.all(made.map((service) => service.close()))
    made = []
  })
  afterAll(() => place.close())
  return {
    clock,
    get connection() {
      return connection
    },
    monitor(instance, options = {}) {
      const service = new PerformanceMonitoringService({ connection, instance, clock, ...options })
      made.push(service)
      return service
    },
  }
}
