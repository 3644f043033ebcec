import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from 'millrace'
import type { DocumentStore, StoredDocument } from '../documents/document-store.ts'
import type { SearchIndex } from './search-index.ts'

/** A wake-up may be lost (a reconnect); this finds what it told of. */
const lookAgainMs = 5_000
const listPage = 500
/** Some 20 ms of work. */
const bytesAtOnce = 64 * 1024

/**
 * Applies published document versions to this process's search file: on a wake-up, every 5 s, and when asked. At start it reads on in the
 * change log, or reads all documents when the log no longer reaches back to where the file was left.
 */
export class SearchFollower {
  readonly #documents: DocumentStore
  readonly #index: SearchIndex
  readonly #log: Log
  #timer: NodeJS.Timeout | undefined
  #stopListening: (() => Promise<void>) | undefined
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  #closed = false

  constructor(documents: DocumentStore, index: SearchIndex, log: Log) {
    this.#documents = documents
    this.#index = index
    this.#log = log
  }

  /** Resolves when the file holds all that was announced before. */
  async start(): Promise<void> {
    this.#stopListening = await this.#documents.onChange(() => this.#wake())
    this.#timer = setInterval(() => this.#wake(), lookAgainMs).unref()
    await this.catchUp()
  }

  /** Resolves when everything announced before this call can be found. Calls that come together share one look. */
  async catchUp(): Promise<void> {
    if (this.#running === undefined) return (this.#running = this.#apply().finally(() => (this.#running = undefined)))
    // The look under way may have begun before the caller's change: wait for the one behind it.
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.catchUp()
      })
    return this.#next
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#stopListening?.()
    await this.#next?.catch(() => undefined)
    await this.#running?.catch(() => undefined)
  }

  #wake(): void {
    if (this.#next !== undefined) return
    this.catchUp().catch((error: unknown) => {
      if (!this.#closed) this.#log.warn({ err: error }, 'the search file could not follow the documents; it tries again in 5 s')
    })
  }

  async #apply(): Promise<void> {
    for (let cursor = this.#index.cursor; !this.#closed; cursor = this.#index.cursor) {
      const changes = cursor === undefined ? undefined : await this.#documents.changesSince(cursor)
      if (changes === undefined) {
        await this.#readAll()
        continue
      }
      await this.#look(changes.documentIds)
      if (this.#closed) return
      if (changes.cursor !== cursor) this.#index.cursor = changes.cursor
      if (!changes.more) return
    }
  }

  async #readAll(): Promise<void> {
    const cursor = await this.#documents.latestChange()
    // Documents that move to the front while pages are read were changed, and are told of behind the cursor.
    for (let offset = 0; !this.#closed; offset += listPage) {
      const { documents } = await this.#documents.list({ offset, limit: listPage })
      if (documents.length === 0) break
      await this.#look(documents.filter(({ id, version }) => (this.#index.versionOf(id) ?? 0) < version).map(({ id }) => id))
    }
    if (!this.#closed) this.#index.cursor = cursor
  }

  /** In transactions of some texts: a commit a document would be most of the work, and a long transaction holds up everybody else. */
  async #look(documentIds: readonly string[]): Promise<void> {
    let waiting: StoredDocument[] = []
    let waitingBytes = 0
    const gone: string[] = []
    const put = async () => {
      this.#index.put(waiting)
      waiting = []
      waitingBytes = 0
      await nextTurn()
    }
    for (const documentId of new Set(documentIds)) {
      if (this.#closed) return
      const document = await this.#documents.get(documentId)
      if (!document) {
        gone.push(documentId)
        continue
      }
      waiting.push(document)
      waitingBytes += document.textBytes
      if (waitingBytes >= bytesAtOnce) await put()
    }
    if (this.#closed) return
    await put()
    if (gone.length > 0) this.#index.remove(gone)
  }
}
