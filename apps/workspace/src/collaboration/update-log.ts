import { randomBytes } from 'node:crypto'
import type { KeyValue } from 'millrace'

/** Some edits of a document, merged. */
export interface LogEntry {
  /** Rises with each entry of a document. It names the entry and says nothing about the order of edits, which they know themselves. */
  readonly number: number
  readonly update: Uint8Array
  /** Who wrote what is in it and in no version yet; none once it is. */
  readonly editors: readonly string[]
}

/** All edits of a document. */
export interface LogState {
  /** What it began as: its text when it was edited together for the first time. */
  readonly first: Uint8Array
  readonly entries: readonly LogEntry[]
  /** The highest number that was given when this was read. Lower ones that are not here were folded, or are being written. */
  readonly head: number
}

/** What processes with the same document open tell each other. */
export type RoomNews =
  | { readonly kind: 'entry'; readonly number: number; readonly update: Uint8Array | undefined }
  | { readonly kind: 'presence'; readonly update: Uint8Array }
  /** Somebody asks who is there. */
  | { readonly kind: 'who' }
  | { readonly kind: 'deleted' }

/** An entry that is longer is not told of with its bytes: whoever follows reads it. Base64. */
const longestTold = 64 * 1024
/** Names in an entry; more write at the same time than are told apart. */
const maxEditors = 20

/**
 * The edits of documents, durable. The state of a document is all that its log holds, in whatever order and however often: the edits are
 * those of Yjs, which commute and may be repeated. So an entry may be written twice, and some may be folded into one at any time: the one
 * is written before the others are removed, and it holds all of them.
 *
 * Keys: `first:<id>` · `log:<id>` fields by number · `numbers` by id · channel `room:<id>`.
 */
export class UpdateLog {
  readonly #keyValue: KeyValue
  /** Own news come back and are told apart by this. */
  readonly #self = randomBytes(9).toString('base64url')

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  /** What the document began as; undefined when it was never edited together. */
  async first(documentId: string): Promise<Uint8Array | undefined> {
    const text = await this.#keyValue.get(`first:${documentId}`)
    return text === undefined ? undefined : fromBase64(text)
  }

  /** Begins the log, once: of several who try at the same time one does, and all get what it began with. */
  async begin(documentId: string, state: Uint8Array): Promise<Uint8Array> {
    await this.#keyValue.compareAndSet(`first:${documentId}`, undefined, toBase64(state))
    return (await this.first(documentId)) ?? state
  }

  /** Undefined when the document was never edited together. O(entries). */
  async read(documentId: string): Promise<LogState | undefined> {
    const head = Number((await this.#keyValue.getField('numbers', documentId)) ?? 0)
    const first = await this.first(documentId)
    if (first === undefined) return undefined
    // Last: what was folded meanwhile is in the entry that it was folded into.
    const fields = await this.#keyValue.fields(`log:${documentId}`)
    return { first, entries: [...fields].map(([number, value]) => readEntry(Number(number), value)), head }
  }

  /** The highest number that was given. */
  async head(documentId: string): Promise<number> {
    return Number((await this.#keyValue.getField('numbers', documentId)) ?? 0)
  }

  async entry(documentId: string, number: number): Promise<LogEntry | undefined> {
    const value = await this.#keyValue.getField(`log:${documentId}`, String(number))
    return value === undefined ? undefined : readEntry(number, value)
  }

  /**
   * Prepares one entry.
   * @returns stores it: once that resolved, the edits are as durable as the store is. It may be called until it does; it answers the entry's number
   */
  appending(documentId: string, update: Uint8Array, editors: readonly string[]): () => Promise<number> {
    const base64 = toBase64(update)
    const value = JSON.stringify([base64, editors.slice(0, maxEditors)])
    let number: number | undefined
    return async () => {
      number ??= await this.#keyValue.incrementField('numbers', documentId, 1)
      await this.#keyValue.setField(`log:${documentId}`, String(number), value)
      // Others find it at their next look if they do not hear of it.
      this.#tell(documentId, { number, ...(base64.length <= longestTold ? { update: base64 } : {}) })
      return number
    }
  }

  /** Tells the other processes who is there; lost where the store is away. */
  tellPresence(documentId: string, update: Uint8Array): void {
    this.#tell(documentId, { presence: toBase64(update) })
  }

  /** Asks the other processes who is there. */
  askPresence(documentId: string): void {
    this.#tell(documentId, { who: true })
  }

  /** Hears what other processes did. @returns stops it */
  follow(documentId: string, listener: (news: RoomNews) => void): Promise<() => Promise<void>> {
    return this.#keyValue.subscribe(`room:${documentId}`, (text) => {
      const told = JSON.parse(text) as { from: string; number?: number; update?: string; presence?: string; who?: true; deleted?: true }
      if (told.from === this.#self) return
      if (told.deleted === true) listener({ kind: 'deleted' })
      else if (told.who === true) listener({ kind: 'who' })
      else if (told.presence !== undefined) listener({ kind: 'presence', update: fromBase64(told.presence) })
      else if (told.number !== undefined)
        listener({ kind: 'entry', number: told.number, update: told.update === undefined ? undefined : fromBase64(told.update) })
    })
  }

  #tell(documentId: string, news: object): void {
    this.#keyValue.publish(`room:${documentId}`, JSON.stringify({ from: this.#self, ...news })).catch(() => undefined)
  }
}

function readEntry(number: number, value: string): LogEntry {
  const [update, editors] = JSON.parse(value) as [string, string[]]
  return { number, update: fromBase64(update), editors }
}

const toBase64 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
