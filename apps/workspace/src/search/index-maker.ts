import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from 'millrace'
import type { DocumentStore, StoredDocument } from '../documents/document-store.ts'
import type { Reindexing } from './reindexing.ts'
import type { SearchIndex } from './search-index.ts'

const listPage = 500
/** Some 20 ms of work. */
const bytesAtOnce = 64 * 1024
const tellEveryMs = 500
/** A wake-up may be lost (a reconnect); this finds what it told of, ms. */
const lookAgainMs = 10_000

/**
 * Makes the search file of this process anew when that was asked for, while the old one serves. What a process that ended had made is
 * kept: the next one goes on from there.
 */
export class IndexMaker {
  readonly #documents: DocumentStore
  readonly #index: SearchIndex
  readonly #reindexing: Reindexing
  readonly #log: Log
  readonly #instance = randomUUID()
  #stopListening: (() => Promise<void>) | undefined
  #timer: NodeJS.Timeout | undefined
  #making: Promise<void> | undefined
  #closed = false

  constructor(rooms: { readonly documents: DocumentStore; readonly index: SearchIndex; readonly reindexing: Reindexing }, log: Log) {
    this.#documents = rooms.documents
    this.#index = rooms.index
    this.#reindexing = rooms.reindexing
    this.#log = log
  }

  /** Goes on with what a process before this one had begun, and hears of what is asked for later. */
  async start(): Promise<void> {
    this.#stopListening = await this.#reindexing.onAsked(() => this.#wake())
    this.#timer = setInterval(() => this.#wake(), lookAgainMs).unref()
    this.#wake()
  }

  /** Resolves when the edition that was asked for last serves in this process. @throws when this process is closing */
  async catchUp(): Promise<void> {
    await (this.#making ??= this.#make().finally(() => (this.#making = undefined)))
  }

  /** What is made so far stays. */
  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#stopListening?.()
    await this.#making?.catch(() => undefined)
  }

  #wake(): void {
    this.catchUp().catch((error: unknown) => {
      if (!this.#closed) this.#log.warn({ err: error }, 'the search file could not be made anew; it tries again in 10 s')
    })
  }

  async #make(): Promise<void> {
    const edition = await this.#reindexing.edition()
    if (edition === undefined || edition === this.#index.edition) return
    this.#index.beginEdition(edition)
    let toldAtMs = 0
    const tell = async (isOver: boolean, total: number) => {
      if (!isOver && performance.now() - toldAtMs < tellEveryMs) return
      toldAtMs = performance.now()
      const done = isOver ? total : Math.min(this.#index.nextSize, total)
      await this.#reindexing.report(edition, this.#instance, { done, total, isOver })
    }
    // Documents that move to the front while pages are read were changed, and the follower puts them into both editions.
    for (let offset = 0; ; offset += listPage) {
      const { documents, total } = await this.#documents.list({ offset, limit: listPage })
      await tell(false, total)
      if (documents.length === 0) break
      const missing = documents.filter(({ id, version }) => (this.#index.versionInNext(id) ?? 0) < version)
      await this.#take(
        missing.map(({ id }) => id),
        () => tell(false, total),
      )
    }
    this.#index.finishEdition(edition)
    await tell(true, this.#index.size)
  }

  async #take(documentIds: readonly string[], tell: () => Promise<void>): Promise<void> {
    let waiting: StoredDocument[] = []
    const put = async () => {
      this.#index.put(waiting)
      // One that was deleted between reading and putting would be found for ever.
      const there = new Set((await this.#documents.summaries(waiting.map(({ id }) => id))).map(({ id }) => id))
      const gone = waiting.filter(({ id }) => !there.has(id))
      if (gone.length > 0) this.#index.remove(gone.map(({ id }) => id))
      waiting = []
      await tell()
      await nextTurn()
    }
    let waitingBytes = 0
    for (const documentId of documentIds) {
      if (this.#closed) throw new Error('this process is closing; the next one goes on with the search file')
      const document = await this.#documents.get(documentId)
      if (!document) continue
      waiting.push(document)
      waitingBytes += document.textBytes
      if (waitingBytes < bytesAtOnce) continue
      await put()
      waitingBytes = 0
    }
    await put()
  }
}
