import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { connect, connectEmbedded } from '@millrace/connection'
import type { Connection } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import type { Clock } from './clock.ts'

/** A clock that stands still until it is moved; timers run on the way, in order. */
export class StillClock implements Clock {
  #nowMs: number
  readonly #timers = new Set<{ dueMs: number; run: () => void }>()

  constructor(startMs = Date.UTC(2027, 0, 15, 8)) {
    this.#nowMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  after(ms: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + ms, run }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Negative steps back, as a corrected clock does; timers then keep their distance. */
  advance(ms: number): void {
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

export interface MonitorPlace {
  /** A connection under a prefix that nobody used before (Redis), or to a file of its own. */
  open(): Promise<Connection>
  close(): Promise<void>
}

/** Both stores, each made when its tests begin. */
export const places: Readonly<Record<'redis' | 'embedded', () => Promise<MonitorPlace>>> = {
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
