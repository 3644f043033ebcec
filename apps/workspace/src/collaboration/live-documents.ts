import { randomBytes } from 'node:crypto'
import { MillraceError } from 'millrace'
import type { Log } from 'millrace'
import type { LiveTexts } from './live-texts.ts'
import { LiveDocument } from './live-document.ts'
import type { RoomNews, UpdateLog } from './update-log.ts'

/** News may be lost while the connection to the store is remade; this finds what they told of, ms. */
const lookAgainMs = 5_000
/** A document that nobody edits here is kept this long for who comes back, ms. */
const keptIdleMs = 10_000

interface Parts {
  readonly texts: LiveTexts
  readonly updates: UpdateLog
  readonly log: Log
  /** Hears that edits of a document became durable. */
  readonly onSaved: (documentId: string) => void
  /** Hears that nobody edits a document here any more. */
  readonly onLeft: (documentId: string) => void
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
    if (open.live.isOver) {
      await this.#letGo(documentId, open)
      return this.open(documentId)
    }
    open.idleSinceMs = undefined
    return open.live
  }

  /** The document was deleted by this process: who edits it here is told. */
  async end(documentId: string, by: string): Promise<void> {
    const open = await this.#open.get(documentId)?.catch(() => undefined)
    if (open === undefined) return
    open.live.end(by)
    await this.#letGo(documentId, open)
  }

  /** Catches up with what was not told, and lets go of what nobody needs. Called by itself every 5 s; never rejects. */
  async look(): Promise<void> {
    const nowMs = performance.now()
    for (const [documentId, opening] of this.#open) {
      const open = await opening.catch(() => undefined)
      if (open === undefined) continue
      if (!open.live.isIdle) open.idleSinceMs = undefined
      else if (open.live.isOver || nowMs - (open.idleSinceMs ??= nowMs) >= keptIdleMs) {
        await this.#letGo(documentId, open)
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
    for (const [documentId, opening] of this.#open) {
      const open = await opening.catch(() => undefined)
      if (open !== undefined) await this.#letGo(documentId, open)
    }
  }

  async #letGo(documentId: string, { live, stopFollowing }: Open): Promise<void> {
    this.#open.delete(documentId)
    await stopFollowing().catch(() => undefined)
    await live.close()
  }

  async #read(documentId: string): Promise<Open> {
    const { updates, texts, onSaved } = this.#parts
    const self = randomBytes(9).toString('base64url')
    const early: [RoomNews, string][] = []
    let hear: (news: RoomNews, origin: string) => void = (news, origin) => void early.push([news, origin])
    // Before it is read, so that nothing falls between.
    const stopFollowing = await updates.follow(documentId, self, (news, origin) => hear(news, origin))
    try {
      const state = await texts.require(documentId)
      const live = new LiveDocument(state, { ...this.#parts, self })
      // A process that was killed may have saved edits and asked for no version of them.
      if (state.entries.some(({ editors }) => editors.length > 0)) onSaved(documentId)
      hear = (news, origin) => live.hear(news, origin)
      for (const [news, origin] of early) live.hear(news, origin)
      updates.askPresence(live.life, self)
      return { live, stopFollowing, idleSinceMs: undefined }
    } catch (error) {
      await stopFollowing().catch(() => undefined)
      throw error
    }
  }
}
