import { isMillraceError } from 'millrace'
import type { KeyValue, Log } from 'millrace'
import { titleOf } from '@millrace/markdown'
import { authorOfAll } from '../documents/authors.ts'
import type { DocumentStore, StoredDocument } from '../documents/document-store.ts'
import type { Outbox } from '../outbox.ts'
import { plainLines, readText } from './live-text.ts'
import type { LiveTexts } from './live-texts.ts'
import type { UpdateLog } from './update-log.ts'

/** After the first edit that is in no version, a version is made within this, ms. */
const soonMs = 5_000
/** While somebody writes on, versions are at least this far apart, ms: a hundred of them are kept, and should reach back a while. */
const apartMs = 30_000
/** Whoever edits within this of having asked need not ask again, ms: less than `soonMs`, so that the answer is still to come. */
const stillAskedMs = 4_000
/** A message that should have come by now was never sent: its process was killed in between, ms. */
const overdueMs = 60_000
const sweepEveryMs = 30_000

interface Parts {
  readonly documents: DocumentStore
  readonly updates: UpdateLog
  readonly texts: LiveTexts
  readonly outbox: Outbox
  readonly keyValue: KeyValue
  readonly log: Log
}

/**
 * Makes versions of what is written in rooms, by messages on `document-operations`: at most one a document waits.
 *
 * Key: `unversioned` ids by when their first edit was that is in no version. A message takes its id out before it reads, so that whoever
 * writes after that asks anew.
 */
export class Snapshots {
  readonly #parts: Parts
  readonly #askedAtMs = new Map<string, number>()
  /** Here, since the last one left. */
  readonly #written = new Set<string>()
  #sweeping: NodeJS.Timeout | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Finds, now and every 30 s, what was asked for by a process that is gone. */
  start(): void {
    this.#sweeping ??= setInterval(() => void this.sweep(Date.now()), sweepEveryMs).unref()
    void this.sweep(Date.now())
  }

  close(): void {
    clearInterval(this.#sweeping)
  }

  /** Edits became durable: a version of them is due soon. Never rejects. */
  async ask(documentId: string): Promise<void> {
    this.#written.add(documentId)
    const nowMs = performance.now()
    if (nowMs - (this.#askedAtMs.get(documentId) ?? -Infinity) < stillAskedMs) return
    await this.#try(documentId, async () => {
      const sinceMs = Date.now()
      if ((await this.#parts.keyValue.zadd('unversioned', sinceMs, documentId)) === 0) return
      this.#asked(documentId, nowMs)
      await this.#parts.outbox.takeSnapshot(documentId, { key: String(sinceMs), delayMs: await this.#delayMs(documentId) })
    })
  }

  /** The last one here left: who looks at it now sees what was written. Never rejects. */
  async askNow(documentId: string): Promise<void> {
    if (!this.#written.delete(documentId)) return
    await this.#try(documentId, async () => {
      const sinceMs = Date.now()
      await this.#parts.keyValue.zadd('unversioned', sinceMs, documentId)
      await this.#parts.outbox.takeSnapshot(documentId, { key: `${sinceMs}:left`, delayMs: 0 })
    })
  }

  /** Asks again for what is overdue. Never rejects. */
  async sweep(nowMs: number): Promise<void> {
    try {
      const overdue = await this.#parts.keyValue.zrangeByScore('unversioned', 0, nowMs - overdueMs, 100)
      // In one minute all processes that find it ask under one id.
      const minute = Math.floor(nowMs / 60_000)
      for (const { member, score } of overdue) await this.#parts.outbox.takeSnapshot(member, { key: `${score}:${minute}`, delayMs: 0 })
    } catch (error) {
      this.#parts.log.debug({ err: error }, 'overdue versions could not be looked for; they are looked for again')
    }
  }

  /**
   * Makes a version of what is written and in none yet, by all who wrote it, and folds the log. Repeating it makes nothing twice.
   * @returns the current version afterwards; undefined where there is no document, or it was never edited together
   */
  async take(documentId: string): Promise<number | undefined> {
    const { keyValue, texts } = this.#parts
    await keyValue.zrem('unversioned', documentId)
    let version: number | undefined
    try {
      await texts.inTurn(documentId, async () => {
        version = await this.#take(documentId)
      })
    } catch (error) {
      // Who retries reads anew; who does not leaves it to the sweep.
      await keyValue.zadd('unversioned', Date.now(), documentId).catch(() => undefined)
      throw error
    }
    return version
  }

  /** The same before another text takes the place of this one; of a document that was never edited together there is nothing to keep. */
  async keep(documentId: string): Promise<void> {
    if (await this.#parts.updates.isBegun(documentId)) await this.take(documentId)
  }

  async #take(documentId: string): Promise<number | undefined> {
    const { documents, updates, texts, outbox } = this.#parts
    const document = await documents.get(documentId)
    const state = document && (await updates.read(documentId))
    if (document === undefined || state === undefined) return undefined
    const { text, doc } = readText(state)
    doc.destroy()
    let { version } = document
    if (text !== plainLines(document.text)) {
      const author = authorOfAll(state.entries.flatMap(({ editors }) => editors)) ?? document.updatedBy
      const draft = { documentId, title: newTitle(document, text), path: document.path, text, author, importId: null }
      version = (await documents.stage(draft)).version
      await texts.markOwn(documentId, version)
      await documents.putVersion(documentId, version)
    }
    // What follows from a version is sent again where an earlier try came no further: the same id is taken once.
    if (await texts.isOwn(documentId, version)) await outbox.storeVersion({ documentId, version, importId: null })
    await texts.fold(state)
    return version
  }

  #asked(documentId: string, nowMs: number): void {
    for (const [id, atMs] of this.#askedAtMs) if (nowMs - atMs > stillAskedMs) this.#askedAtMs.delete(id)
    this.#askedAtMs.set(documentId, nowMs)
  }

  async #delayMs(documentId: string): Promise<number> {
    const [summary] = await this.#parts.documents.summaries([documentId])
    const ageMs = summary === undefined ? apartMs : Date.now() - summary.updatedAtMs
    return Math.max(soonMs, Math.min(apartMs, apartMs - ageMs))
  }

  async #try(documentId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const fields = { err: error, document: documentId }
      if (isMillraceError(error, 'CONNECTION_CLOSED')) return
      this.#parts.log.debug(fields, 'a version could not be asked for; the next edit or sweep does')
    }
  }
}

/** A title that was read from the text is read from it again; one that somebody gave stays. */
function newTitle({ title, text, path }: StoredDocument, newText: string): string {
  return title === titleOf(text, path) ? titleOf(newText, path) : title
}
