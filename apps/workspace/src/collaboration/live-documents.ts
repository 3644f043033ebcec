import { MillraceError } from 'millrace'
import type { Log } from 'millrace'
import type { DocumentStore } from '../documents/document-store.ts'
import { firstState } from './live-text.ts'
import { LiveDocument } from './live-document.ts'
import type { RoomNews, UpdateLog } from './update-log.ts'

/** News may be lost while the connection to the store is remade; this finds what they told of, ms. */
const lookAgainMs = 5_000
/** A document that nobody edits here is kept this long for who comes back, ms. */
const keptIdleMs = 10_000

interface Parts {
  readonly documents: DocumentStore
  readonly updates: UpdateLog
  readonly log: Log
  /** Hears that edits of a document became durable. */
  readonly onSaved: (documentId: string, number: number) => void
}

interface Open {
  readonly live: LiveDocument
  readonly stopFollowing: () => Promise<void>
  idleSinceMs: number | undefined
}

/** The documents that are edited in this process, each in memory once. */
export class LiveDocuments {
  readonly #parts: Parts
  readonly #open = new Map<string, Promise<Open>>()
  readonly #looking: NodeJS.Timeout
  #isClosed = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#looking = setInterval(() => void this.look(), lookAgainMs).unref()
  }

  /**
   * The document as it is now, read from the store unless it is in memory.
   * @throws MillraceError DOCUMENT_NOT_FOUND; STORE_UNAVAILABLE; SHUTTING_DOWN
   */
  async open(documentId: string): Promise<LiveDocument> {
    if (this.#isClosed) throw new MillraceError('SHUTTING_DOWN', 'This server is shutting down; try another or try again.')
    let opening = this.#open.get(documentId)
    if (opening === undefined) {
      opening = this.#read(documentId)
      this.#open.set(documentId, opening)
      opening.catch(() => this.#open.delete(documentId))
    }
    const open = await opening
    open.idleSinceMs = undefined
    return open.live
  }

  /** Catches up with what was not told, and lets go of what nobody needs. Called by itself every 5 s; never rejects. */
  async look(): Promise<void> {
    const nowMs = performance.now()
    for (const [documentId, opening] of this.#open) {
      const open = await opening.catch(() => undefined)
      if (open === undefined) continue
      if (!open.live.isIdle) open.idleSinceMs = undefined
      else if (nowMs - (open.idleSinceMs ??= nowMs) >= keptIdleMs) {
        this.#open.delete(documentId)
        await this.#letGo(open)
        continue
      }
      await open.live.catchUp().catch((error: unknown) => {
        this.#parts.log.debug({ err: error, document: documentId }, 'a document could not catch up; it tries again in 5 s')
      })
    }
  }

  /** Brings what waits into the store, for which it tries once more. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#looking)
    for (const opening of this.#open.values()) {
      const open = await opening.catch(() => undefined)
      if (open !== undefined) await this.#letGo(open)
    }
    this.#open.clear()
  }

  async #letGo({ live, stopFollowing }: Open): Promise<void> {
    await stopFollowing().catch(() => undefined)
    await live.close()
  }

  async #read(documentId: string): Promise<Open> {
    const { documents, updates, log, onSaved } = this.#parts
    const document = await documents.get(documentId)
    if (document === undefined) throw new MillraceError('DOCUMENT_NOT_FOUND', `There is no document ${JSON.stringify(documentId)}.`)
    const live = new LiveDocument({ documentId, updates, log, onSaved })
    const early: RoomNews[] = []
    let hear: (news: RoomNews) => void = (news) => void early.push(news)
    // Before it is read, so that nothing falls between.
    const stopFollowing = await updates.follow(documentId, (news) => hear(news))
    try {
      if ((await updates.first(documentId)) === undefined) await updates.begin(documentId, firstState(document.text, document.version))
      const state = await updates.read(documentId)
      if (state === undefined) throw new MillraceError('DOCUMENT_NOT_FOUND', `There is no document ${JSON.stringify(documentId)}.`)
      live.load(state)
    } catch (error) {
      await stopFollowing().catch(() => undefined)
      await live.close()
      throw error
    }
    hear = (news) => live.hear(news)
    for (const news of early) live.hear(news)
    updates.askPresence(documentId)
    return { live, stopFollowing, idleSinceMs: undefined }
  }
}
