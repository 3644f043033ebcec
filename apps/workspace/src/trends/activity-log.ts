import { subjectOf } from '@millrace/markdown'
import type { KeyValue, Log } from 'millrace'
import type { Outbox } from '../outbox.ts'

const sendEveryMs = 5_000
const maxNames = 500
/** Of one document within `sendEveryMs`. */
const maxReaders = 100
const maxQueryLength = 100
/** Whoever opens a document again within this time has viewed it once, ms. */
const sameViewMs = 10 * 60_000
const rememberedViews = 10_000

/**
 * Gathers what readers of this process do and sends it as one message every 5 s, so that reading costs no message of its own.
 *
 * Keys: `view:<document>:<reader>`, for as long as a view lasts.
 */
export class ActivityLog {
  readonly #outbox: Outbox
  readonly #keyValue: KeyValue
  readonly #log: Log
  readonly #timer: NodeJS.Timeout
  /** Until when a view of this process lasts, by its key. */
  readonly #views = new Map<string, number>()
  #viewed = new Map<string, number>()
  #readers = new Map<string, Set<string>>()
  #searches = new Map<string, number>()

  constructor(rooms: { readonly outbox: Outbox; readonly keyValue: KeyValue }, log: Log) {
    this.#outbox = rooms.outbox
    this.#keyValue = rooms.keyValue
    this.#log = log
    this.#timer = setInterval(() => void this.send(), sendEveryMs).unref()
  }

  /** Counts a view once a reader and 10 min, in whichever processes they read. Never rejects. */
  async viewed(documentId: string, reader: string | null): Promise<void> {
    const name = reader === null ? '' : subjectOf(reader)
    if (!(await this.#isNewView(`view:${documentId}:${name}`))) return
    count(this.#viewed, documentId)
    const readers = this.#readers.get(documentId) ?? new Set()
    if (name !== '' && readers.size < maxReaders && this.#viewed.has(documentId)) this.#readers.set(documentId, readers.add(name))
  }

  searched(query: string): void {
    const name = query.trim().toLowerCase().replaceAll(/\s+/g, ' ').slice(0, maxQueryLength)
    if (name !== '') count(this.#searches, name)
  }

  /** Never rejects: figures of some seconds are not worth an error. */
  async send(): Promise<void> {
    if (this.#viewed.size === 0 && this.#searches.size === 0) return
    const views = Object.fromEntries(this.#viewed)
    const readers = Object.fromEntries([...this.#readers].map(([documentId, names]) => [documentId, [...names]]))
    const searches = Object.fromEntries(this.#searches)
    this.#viewed = new Map()
    this.#readers = new Map()
    this.#searches = new Map()
    await this.#outbox.countUsed({ kind: 'used', views, readers, searches }).catch((error: unknown) => {
      this.#log.warn({ err: error }, 'views and searches of some seconds were not counted')
    })
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.send()
  }

  async #isNewView(key: string): Promise<boolean> {
    const nowMs = Date.now()
    if ((this.#views.get(key) ?? 0) > nowMs) return false
    if (this.#views.size >= rememberedViews) this.#views.clear()
    this.#views.set(key, nowMs + sameViewMs)
    try {
      return await this.#keyValue.compareAndSet(key, undefined, '', { ttlMs: sameViewMs })
    } catch (error) {
      this.#log.debug({ err: error }, 'a view was not counted')
      return false
    }
  }
}

function count(names: Map<string, number>, name: string): void {
  if (names.has(name) || names.size < maxNames) names.set(name, (names.get(name) ?? 0) + 1)
}
