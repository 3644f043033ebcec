import { randomBytes } from 'node:crypto'
import type { KeyValue } from 'millrace'

/** One life of a document: from when it was edited together first until it is deleted. What is made anew under its id is another one. */
export interface Life {
  readonly documentId: string
  /** Random; part of the document's state, so that nobody merges what they kept of an earlier life. */
  readonly origin: string
}

/** Some edits of a document, merged. */
export interface LogEntry {
  /** Rises with each entry of a document. It names the entry and says nothing about the order of edits, which they know themselves. */
  readonly number: number
  readonly update: Uint8Array
  /** Who wrote what is in it and in no version yet; none once it is. */
  readonly editors: readonly string[]
}

/** All edits of a document. */
export interface LogState extends Life {
  /** What it began as: its text when it was edited together for the first time; empty once it was folded. */
  readonly first: Uint8Array
  readonly entries: readonly LogEntry[]
  /** The highest number that was given when this was read. Lower ones that are not here were folded, or are being written. */
  readonly head: number
}

/** What processes with the same document open tell each other. */
export type RoomNews =
  | { readonly kind: 'entry'; readonly number: number; readonly update: Uint8Array | undefined }
  /** Entries became one, which says nothing new to who knew them. */
  | { readonly kind: 'folded'; readonly number: number; readonly from: readonly number[] }
  | { readonly kind: 'presence'; readonly update: Uint8Array }
  /** Somebody asks who is there. */
  | { readonly kind: 'who' }
  | { readonly kind: 'deleted'; readonly by: string }

interface Told {
  readonly self: string
  readonly origin: string
  readonly number?: number
  readonly update?: string
  readonly from?: readonly number[]
  readonly presence?: string
  readonly who?: true
  readonly deletedBy?: string
}

/** An entry that is longer is not told of with its bytes: whoever follows reads it. Base64. */
const longestTold = 64 * 1024
/** Names in an entry; more write at the same time than are told apart. */
const maxEditors = 20
/** A choice is remembered this long, ms: longer than anybody who made it may still act on it. */
const choiceMs = 3_600_000

/**
 * The edits of documents, durable. The state of a document is all that its log holds, in whatever order and however often: the edits are
 * those of Yjs, which commute and may be repeated. So an entry may be written twice, and some may be folded into one at any time: the one
 * is written before the others are removed, and holds all of them.
 *
 * Keys: `first:<id>` origin and state · `log:<id>:<origin>` fields by number · `numbers` by id · `choice:<id>:<name>` · channel `room:<id>`.
 */
export class UpdateLog {
  readonly #keyValue: KeyValue

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  /** Whether the document was ever edited together, in this life. */
  async isBegun(documentId: string): Promise<boolean> {
    return (await this.#first(documentId)) !== undefined
  }

  /**
   * Begins the log, once: of several who try at the same time one does.
   * @param makeState of a document with this origin
   * @returns whether this call did
   */
  async begin(documentId: string, makeState: (origin: string) => Uint8Array): Promise<boolean> {
    const origin = randomBytes(9).toString('base64url')
    return this.#keyValue.compareAndSet(`first:${documentId}`, undefined, JSON.stringify([origin, toBase64(makeState(origin))]))
  }

  /** Undefined when the document was never edited together. O(entries). */
  async read(documentId: string): Promise<LogState | undefined> {
    const head = await this.head(documentId)
    const known = await this.#first(documentId)
    if (known === undefined) return undefined
    // Last: what was folded meanwhile is in the entry that it was folded into.
    const fields = await this.#keyValue.fields(logKey({ documentId, origin: known.origin }))
    return { documentId, ...known, entries: [...fields].map(([number, value]) => readEntry(Number(number), value)), head }
  }

  /** The highest number that was given. */
  async head(documentId: string): Promise<number> {
    return Number((await this.#keyValue.getField('numbers', documentId)) ?? 0)
  }

  /**
   * Prepares one entry.
   * @param editors none where what is in it is in a version already
   * @param self who follows the document under this name is not told of it
   * @returns stores it: once that resolved, the edits are as durable as the store is. It may be called until it does; it answers the entry's number
   */
  appending(life: Life, update: Uint8Array, editors: readonly string[], self = ''): () => Promise<number> {
    const base64 = toBase64(update)
    const value = JSON.stringify([base64, editors.slice(0, maxEditors)])
    let number: number | undefined
    return async () => {
      number ??= await this.#keyValue.incrementField('numbers', life.documentId, 1)
      await this.#keyValue.setField(logKey(life), String(number), value)
      // Others find it at their next look if they do not hear of it.
      this.#tell(life, self, { number, ...(base64.length <= longestTold ? { update: base64 } : {}) })
      return number
    }
  }

  /**
   * Puts one entry in the place of those that were read.
   * @param merged all of `state`, but for entries whose numbers are in `except`
   */
  async fold(state: LogState, merged: Uint8Array, except: readonly number[] = []): Promise<void> {
    const from = state.entries.map(({ number }) => number).filter((number) => !except.includes(number))
    const number = await this.#keyValue.incrementField('numbers', state.documentId, 1)
    await this.#keyValue.setField(logKey(state), String(number), JSON.stringify([toBase64(merged), []]))
    if (state.first.length > 0) {
      const [before, after] = [state.first, new Uint8Array()].map((first) => JSON.stringify([state.origin, toBase64(first)]))
      await this.#keyValue.compareAndSet(`first:${state.documentId}`, before, after)
    }
    await this.#keyValue.deleteField(logKey(state), ...from.map(String))
    this.#tell(state, '', { number, from })
  }

  /** Of several who choose under one name the first one's choice holds; all get it. */
  async choose(documentId: string, name: string, update: Uint8Array): Promise<Uint8Array> {
    const key = `choice:${documentId}:${name}`
    await this.#keyValue.compareAndSet(key, undefined, toBase64(update), { ttlMs: choiceMs })
    const chosen = await this.#keyValue.get(key)
    return chosen === undefined ? update : fromBase64(chosen)
  }

  /** Ends this life of a document, and tells who has it open. Does nothing where there is none. */
  async remove(documentId: string, by: string): Promise<void> {
    const known = await this.#first(documentId)
    if (known === undefined) return
    const life = { documentId, origin: known.origin }
    await this.#keyValue.delete(`first:${documentId}`, logKey(life))
    this.#tell(life, '', { deletedBy: by })
  }

  /** Tells the other processes who is there; lost where the store is away. */
  tellPresence(life: Life, update: Uint8Array, self: string): void {
    this.#tell(life, self, { presence: toBase64(update) })
  }

  /** Asks the other processes who is there. */
  askPresence(life: Life, self: string): void {
    this.#tell(life, self, { who: true })
  }

  /** Hears what others than `self` did in a life of the document, in this process or another. @returns stops it */
  follow(documentId: string, self: string, listener: (news: RoomNews, origin: string) => void): Promise<() => Promise<void>> {
    return this.#keyValue.subscribe(`room:${documentId}`, (text) => {
      const told = JSON.parse(text) as Told
      const news = told.self === self ? undefined : newsOf(told)
      if (news !== undefined) listener(news, told.origin)
    })
  }

  async #first(documentId: string): Promise<{ origin: string; first: Uint8Array } | undefined> {
    const text = await this.#keyValue.get(`first:${documentId}`)
    if (text === undefined) return undefined
    const [origin, state] = JSON.parse(text) as [string, string]
    return { origin, first: fromBase64(state) }
  }

  #tell({ documentId, origin }: Life, self: string, news: Omit<Told, 'self' | 'origin'>): void {
    this.#keyValue.publish(`room:${documentId}`, JSON.stringify({ self, origin, ...news })).catch(() => undefined)
  }
}

function newsOf({ number, update, from, presence, who, deletedBy }: Told): RoomNews | undefined {
  if (deletedBy !== undefined) return { kind: 'deleted', by: deletedBy }
  if (who === true) return { kind: 'who' }
  if (presence !== undefined) return { kind: 'presence', update: fromBase64(presence) }
  if (number === undefined) return undefined
  if (from !== undefined) return { kind: 'folded', number, from }
  return { kind: 'entry', number, update: update === undefined ? undefined : fromBase64(update) }
}

function readEntry(number: number, value: string): LogEntry {
  const [update, editors] = JSON.parse(value) as [string, string[]]
  return { number, update: fromBase64(update), editors }
}

const logKey = ({ documentId, origin }: Life) => `log:${documentId}:${origin}`
const toBase64 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
