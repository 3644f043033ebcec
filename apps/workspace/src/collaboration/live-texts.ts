import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { MillraceError } from 'millrace'
import type { KeyValue } from 'millrace'
import * as Y from 'yjs'
import type { DocumentStore } from '../documents/document-store.ts'
import { keptVersions } from '../documents/document-store.ts'
import { firstState, readText, takeVersion, versionIn } from './live-text.ts'
import type { LogState, UpdateLog } from './update-log.ts'

/** What one process does to a text at a time takes some ms; one that was killed meanwhile holds the others up no longer than this, ms. */
const turnMs = 10_000
const askAgainMs = 25

/**
 * Between versions and rooms: a document that is edited together has its text in its log, versions are made of it, and what comes from
 * elsewhere as a version becomes an edit of it. For any number of processes; every call may be repeated.
 *
 * Keys: `turn:<id>` · `own:<id>` the versions that were made of the room's text.
 */
export class LiveTexts {
  readonly #documents: DocumentStore
  readonly #updates: UpdateLog
  readonly #keyValue: KeyValue
  readonly #self = randomBytes(9).toString('base64url')

  constructor(parts: { documents: DocumentStore; updates: UpdateLog; keyValue: KeyValue }) {
    this.#documents = parts.documents
    this.#updates = parts.updates
    this.#keyValue = parts.keyValue
  }

  /**
   * What the log of a document holds; begun with its current text where it was never edited together.
   * @throws MillraceError DOCUMENT_NOT_FOUND
   */
  async require(documentId: string): Promise<LogState> {
    const document = await this.#documents.get(documentId)
    if (document === undefined) throw unknownDocument(documentId)
    if (!(await this.#updates.isBegun(documentId))) {
      await this.#updates.begin(documentId, (origin) => firstState(document.text, document.version, origin))
      // A version that was stored meanwhile saw no log to become an edit of.
      const now = await this.#documents.get(documentId)
      if (now !== undefined && now.version !== document.version) await this.follow(documentId, now.version)
    }
    const state = await this.#updates.read(documentId)
    if (state === undefined) throw unknownDocument(documentId)
    return state
  }

  /** The newest text: that of the room where there is one, else that of the current version. Undefined where there is no document. */
  async newest(documentId: string): Promise<string | undefined> {
    const [document, state] = await Promise.all([this.#documents.get(documentId), this.#updates.read(documentId)])
    if (document === undefined || state === undefined) return document?.text
    const { text, doc } = readText(state)
    doc.destroy()
    return text
  }

  /** Remembers that a version is made of the room's text, so that it does not become an edit of it. Before it is stored. */
  async markOwn(documentId: string, version: number): Promise<void> {
    await this.#keyValue.zadd(`own:${documentId}`, version, String(version))
    const surplus = await this.#keyValue.zrange(`own:${documentId}`, 0, -(keptVersions + 1))
    await this.#keyValue.zrem(`own:${documentId}`, ...surplus)
  }

  async isOwn(documentId: string, version: number): Promise<boolean> {
    return (await this.#keyValue.zrangeByScore(`own:${documentId}`, version, version, 1)).length > 0
  }

  /**
   * Lets the room's text become that of a stored version which came from elsewhere, so that open editors follow. Once: a version that is in
   * the text already, or older than one that is, changes nothing.
   */
  async follow(documentId: string, version: number): Promise<void> {
    if (!(await this.#updates.isBegun(documentId)) || (await this.isOwn(documentId, version))) return
    const stored = await this.#documents.getVersion(documentId, version)
    if (stored === undefined) return
    await this.inTurn(documentId, async () => {
      const state = await this.#updates.read(documentId)
      if (state === undefined) return
      const { doc } = readText(state)
      if (versionIn(doc) < version) {
        const update = takeVersion(doc, version, stored.text)
        // Twice computed, the same edit would be in the text twice: whoever was first has the word.
        const chosen = await this.#updates.choose(documentId, `${state.origin}:${version}`, update)
        await this.#updates.appending(state, chosen, [])()
      }
      doc.destroy()
    })
  }

  /**
   * Folds what was read of a log into one entry, where it is more than one. Once its edits are in a version: who made them is forgotten.
   */
  async fold(state: LogState): Promise<void> {
    if (state.entries.length < 2 && !state.entries.some(({ editors }) => editors.length > 0)) return
    const { doc, unreadable } = readText(state)
    await this.#updates.fold(state, Y.encodeStateAsUpdate(doc), unreadable)
    doc.destroy()
  }

  /** Forgets the room's text of a document that was deleted, and tells who edits it. */
  async remove(documentId: string, by: string): Promise<void> {
    await this.#updates.remove(documentId, by)
    await this.#keyValue.delete(`own:${documentId}`)
  }

  /** One after the other, over all processes. @throws MillraceError TEXT_BUSY when others take longer than anybody should */
  async inTurn(documentId: string, work: () => Promise<void>): Promise<void> {
    const holder = `${this.#self}:${randomBytes(6).toString('base64url')}`
    const untilMs = performance.now() + turnMs + 1_000
    while (!(await this.#keyValue.acquireLease(`turn:${documentId}`, holder, turnMs))) {
      if (performance.now() > untilMs) throw new MillraceError('TEXT_BUSY', `Others change the text of ${documentId} all the time.`)
      await pause(askAgainMs)
    }
    try {
      await work()
    } finally {
      await this.#keyValue.releaseLease(`turn:${documentId}`, holder).catch(() => undefined)
    }
  }
}

function unknownDocument(documentId: string): MillraceError {
  return new MillraceError('DOCUMENT_NOT_FOUND', `There is no document ${JSON.stringify(documentId)}.`)
}
