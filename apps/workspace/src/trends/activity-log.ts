import type { Log } from 'millrace'
import type { Outbox } from '../outbox.ts'

const sendEveryMs = 5_000
const maxNames = 500
const maxQueryLength = 100

/** Gathers what readers of this process do and sends it as one message every 5 s, so that reading costs no message of its own. */
export class ActivityLog {
  readonly #outbox: Outbox
  readonly #log: Log
  readonly #timer: NodeJS.Timeout
  #views = new Map<string, number>()
  #searches = new Map<string, number>()

  constructor(outbox: Outbox, log: Log) {
    this.#outbox = outbox
    this.#log = log
    this.#timer = setInterval(() => void this.send(), sendEveryMs).unref()
  }

  viewed(documentId: string): void {
    count(this.#views, documentId)
  }

  searched(query: string): void {
    const name = query.trim().toLowerCase().replaceAll(/\s+/g, ' ').slice(0, maxQueryLength)
    if (name !== '') count(this.#searches, name)
  }

  /** Never rejects: figures of some seconds are not worth an error. */
  async send(): Promise<void> {
    if (this.#views.size === 0 && this.#searches.size === 0) return
    const views = Object.fromEntries(this.#views)
    const searches = Object.fromEntries(this.#searches)
    this.#views = new Map()
    this.#searches = new Map()
    await this.#outbox.countUsed({ kind: 'used', views, searches }).catch((error: unknown) => {
      this.#log.warn({ err: error }, 'views and searches of some seconds were not counted')
    })
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.send()
  }
}

function count(names: Map<string, number>, name: string): void {
  if (names.has(name) || names.size < maxNames) names.set(name, (names.get(name) ?? 0) + 1)
}
