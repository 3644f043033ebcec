import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { waitBefore } from './backoff.ts'
import type { Backoff } from './backoff.ts'
import { originOf } from './document-text.ts'
import { decodeServerMessage, encodeClientMessage, protocolVersion } from './protocol.ts'
import type { ClientMessage, Hello, Refusal, ServerMessage } from './protocol.ts'
import { bytesOf, codeOf, openState, tooLargeCode } from './room-socket.ts'
import type { RoomSocket } from './room-socket.ts'
import { OwnUpdates } from './own-updates.ts'
import { hasGap, isEmptyUpdate, isUpdate } from './update.ts'

/**
 * `connecting`: a socket opens, or what was missed is fetched. `live`: edits go both ways. `offline`: waits for the next try; edits stay in
 * the document. `refused`: the room will not take this client, or an edit of it, until something changes; the reason is in the refusal.
 */
export type RoomState = 'connecting' | 'live' | 'offline' | 'refused'

/** All that a page shows of a room. Another object whenever something changed. */
export interface RoomStatus {
  readonly state: RoomState
  /** Own updates that are not known to be durable in the store. 0: everything that was written here is saved. */
  readonly unsaved: number
  /** False: reading only. Null until the room was reached. */
  readonly mayWrite: boolean | null
  /** How others see this client. Null until the room was reached. */
  readonly name: string | null
  /** The last refusal; null once the room took this client again. */
  readonly refusal: Refusal | null
}

export interface RoomClientOptions {
  /** Opens a socket to the room: `() => new WebSocket(address)`. Called for each try. */
  readonly connect: () => RoomSocket
  /** The document; what it holds already, such as edits that were made offline, is merged. */
  readonly doc: Y.Doc
  /** Who is there and where their cursors are. @defaultValue one of the client's own */
  readonly awareness?: Awareness
  /** Edits of this time go as one message, ms. @defaultValue 20 */
  readonly gatherMs?: number
  readonly backoff?: Backoff
  /** A room that says nothing, or does not say saved, for this long is asked whether it lives, and left after at most four times that, ms. @defaultValue 7,000 */
  readonly silenceMs?: number
  /** @defaultValue Math.random */
  readonly random?: () => number
}

/** A connection that was live for this long held; one that ended sooner counts as another failure, ms. */
const heldMs = 5_000
/** What was lost is asked for at most this often, ms. */
const askAgainMs = 1_000

/**
 * One participant of a room: keeps a Y.Doc and the room's alike, and says which of its own edits are durable.
 *
 * It connects when made and again whenever the connection is lost, until `close`. Edits made meanwhile are sent when it is back; the order
 * in which writers return does not matter. Nothing it receives can make it throw.
 */
export class RoomClient {
  readonly doc: Y.Doc
  readonly awareness: Awareness
  readonly #connect: () => RoomSocket
  readonly #gatherMs: number
  readonly #backoff: Backoff
  readonly #silenceMs: number
  readonly #random: () => number
  readonly #own = new OwnUpdates()
  readonly #listeners = new Set<() => void>()
  #status: RoomStatus = { state: 'connecting', unsaved: 0, mayWrite: null, name: null, refusal: null }
  #socket: RoomSocket | undefined
  #hello: Hello | undefined
  /** The number up to which this connection was told of own updates; undefined until the room asked for them. */
  #told: number | undefined
  #gathered: Uint8Array[] = []
  #gathering: ReturnType<typeof setTimeout> | undefined
  #retrying: ReturnType<typeof setTimeout> | undefined
  #silence: ReturnType<typeof setInterval> | undefined
  #silentTurns = 0
  /** Pings since the last answer to one. */
  #unanswered = 0
  #askedAtMs = -Infinity
  #liveAtMs: number | undefined
  #failures = 0
  #isClosed = false

  constructor(options: RoomClientOptions) {
    this.doc = options.doc
    this.awareness = options.awareness ?? new Awareness(options.doc)
    this.#connect = options.connect
    this.#gatherMs = options.gatherMs ?? 20
    this.#backoff = options.backoff ?? {}
    this.#silenceMs = options.silenceMs ?? 7_000
    this.#random = options.random ?? Math.random
    this.doc.on('update', this.#onUpdate)
    this.awareness.on('update', this.#onPresence)
    this.#open()
  }

  /** The same object until something changes, as `useSyncExternalStore` wants it. */
  get status(): RoomStatus {
    return this.#status
  }

  /** Hears that `status` is another. @returns stops it */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Tries now, whatever it was waiting for: the network is back, or a person asks for it. Does nothing on an open connection. */
  reconnect(): void {
    if (this.#isClosed || this.#socket !== undefined) return
    this.#failures = 0
    this.#open()
  }

  /** Leaves the room at once, for good. Edits that are not saved stay in the document. The document and the awareness are the caller's. */
  close(): void {
    if (this.#isClosed) return
    this.#flush()
    this.#leavePresence()
    this.#isClosed = true
    this.doc.off('update', this.#onUpdate)
    this.awareness.off('update', this.#onPresence)
    clearTimeout(this.#retrying)
    clearTimeout(this.#gathering)
    this.#detach()?.close(1000, 'left')
    this.#say({ state: 'offline' })
    this.#listeners.clear()
  }

  #open(): void {
    clearTimeout(this.#retrying)
    this.#say({ state: 'connecting' })
    let socket: RoomSocket
    try {
      socket = this.#connect()
    } catch {
      return this.#retryLater()
    }
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    const on = (type: 'open' | 'message' | 'close', hear: (event: object) => void) =>
      socket.addEventListener(type, (event) => this.#socket === socket && hear(event))
    on('open', () => this.#send({ kind: 'ask', stateVector: Y.encodeStateVector(this.doc) }))
    on('message', (event) => this.#receive(bytesOf(event)))
    on('close', (event) => this.#onClose(codeOf(event)))
    // A close follows.
    socket.addEventListener('error', () => undefined)
    this.#silentTurns = 0
    this.#unanswered = 0
    this.#silence = setInterval(() => this.#listenForLife(), this.#silenceMs)
  }

  #receive(bytes: Uint8Array | undefined): void {
    this.#silentTurns = 0
    const message = bytes === undefined ? undefined : decodeServerMessage(bytes)
    // A room that cannot be understood is left, and asked for everything anew.
    if (message === undefined || message.kind === 'malformed') return this.#cut()
    try {
      this.#take(message)
    } catch {
      this.#cut()
    }
  }

  #take(message: ServerMessage): void {
    switch (message.kind) {
      case 'hello':
        return this.#greet(message.hello)
      case 'ask':
        return this.#tellState(message.stateVector)
      case 'state':
        return this.#merge(message.update, () => this.#goLive())
      case 'update':
        return this.#merge(message.update, () => this.#askForLost())
      case 'presence':
        return applyAwarenessUpdate(this.awareness, message.update, this)
      case 'saved':
        if (this.#own.savedUpTo(message.number)) this.#say({})
        return
      case 'refused':
        return this.#leaveRefused(message.refusal)
      case 'pong':
        this.#unanswered = 0
    }
  }

  #greet(hello: Hello): void {
    if (hello.version !== protocolVersion) {
      const sentence = 'This page is older or newer than the server: load it again.'
      return this.#leaveRefused({ code: 'VERSION_UNKNOWN', sentence, retry: 'never' })
    }
    if ((originOf(this.doc) ?? hello.origin) !== hello.origin) {
      const sentence =
        'This document was deleted and made anew, and what this browser kept is of the old one. Keep what you need of it, then begin with the new one.'
      return this.#leaveRefused({ code: 'DOCUMENT_REPLACED', sentence, retry: 'never' })
    }
    this.#hello = hello
    this.#say({ mayWrite: hello.mayWrite, name: hello.name })
  }

  /** Answers with all that the room lacks, edits made offline among it. A reader has nothing to tell. */
  #tellState(stateVector: Uint8Array): void {
    if (this.#hello?.mayWrite !== true) return
    this.#gathered = []
    const update = Y.encodeStateAsUpdate(this.doc, stateVector)
    // What this document held before this client was made may be new to the room too.
    if (this.#own.unsaved === 0 && !isEmptyUpdate(update)) this.#own.made += 1
    this.#told = this.#own.made
    if (this.#fits(update)) this.#send({ kind: 'state', number: this.#own.made, update })
    this.#say({})
  }

  #merge(update: Uint8Array, then: () => void): void {
    if (!isUpdate(update)) return this.#cut()
    Y.applyUpdate(this.doc, update, this)
    then()
  }

  /** Where an update was lost on the way, the room is asked for all that is missing. */
  #askForLost(): void {
    const nowMs = performance.now()
    if (!hasGap(this.doc) || nowMs < this.#askedAtMs + askAgainMs) return
    this.#askedAtMs = nowMs
    this.#send({ kind: 'ask', stateVector: Y.encodeStateVector(this.doc) })
  }

  #goLive(): void {
    this.#liveAtMs ??= performance.now()
    this.#say({ state: 'live', refusal: null })
    this.#tellPresence()
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) return
    this.#own.made += 1
    if (this.#status.state === 'refused' && this.#status.refusal?.retry === 'after-edit') this.#retryLater()
    else if (this.#told !== undefined) this.#gather(update)
    this.#say({})
  }

  #gather(update: Uint8Array): void {
    this.#gathered.push(update)
    this.#gathering ??= setTimeout(() => this.#flush(), this.#gatherMs)
  }

  #flush(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    const updates = this.#gathered
    this.#gathered = []
    const after = this.#told
    if (updates.length === 0 || after === undefined) return
    const update = updates.length === 1 ? (updates[0] as Uint8Array) : Y.mergeUpdates(updates)
    if (!this.#fits(update)) return
    this.#told = this.#own.made
    this.#send({ kind: 'edit', after, number: this.#own.made, update })
  }

  /** What the room would not take is not sent: it would end the connection without a word. */
  #fits(update: Uint8Array): boolean {
    const limit = this.#hello?.maxUpdateBytes ?? Infinity
    if (update.length <= limit) return true
    const sentence = `This change has ${update.length} bytes, and a room takes ${limit} at once. Undo it, or bring it in parts.`
    this.#leaveRefused({ code: 'UPDATE_TOO_LARGE', sentence, retry: 'after-edit' })
    return false
  }

  readonly #onPresence = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>, origin: unknown): void => {
    if (origin === this || this.#status.state !== 'live') return
    if ([...added, ...updated, ...removed].includes(this.awareness.clientID)) this.#tellPresence()
  }

  #tellPresence(): void {
    if (this.awareness.meta.has(this.awareness.clientID))
      this.#send({ kind: 'presence', update: encodeAwarenessUpdate(this.awareness, [this.awareness.clientID]) })
  }

  #leavePresence(): void {
    if (this.#status.state === 'live')
      this.#send({ kind: 'presence', update: encodeAwarenessUpdate(this.awareness, [this.awareness.clientID], new Map()) })
  }

  #leaveRefused(refusal: Refusal): void {
    this.#detach()?.close(1000, 'refused')
    if (refusal.retry === 'later') {
      this.#say({ refusal })
      return this.#retryLater()
    }
    this.#say({ state: 'refused', refusal })
  }

  #onClose(code: number | undefined): void {
    this.#detach()
    if (code === tooLargeCode) {
      const sentence = 'A change is larger than the room takes at once. Undo it, or bring it in parts.'
      return this.#say({ state: 'refused', refusal: { code: 'UPDATE_TOO_LARGE', sentence, retry: 'after-edit' } })
    }
    this.#retryLater()
  }

  #cut(): void {
    this.#detach()?.close(1000, 'not understood')
    this.#retryLater()
  }

  #retryLater(): void {
    if (this.#isClosed) return
    if (this.#liveAtMs !== undefined && performance.now() - this.#liveAtMs >= heldMs) this.#failures = 0
    this.#liveAtMs = undefined
    clearTimeout(this.#retrying)
    this.#retrying = setTimeout(() => this.#open(), waitBefore(this.#failures++, this.#backoff, this.#random()))
    this.#say({ state: 'offline' })
  }

  /** Forgets the connection; nobody is seen in a room that cannot be reached. */
  #detach(): RoomSocket | undefined {
    const socket = this.#socket
    if (socket === undefined) return undefined
    this.#socket = undefined
    this.#told = undefined
    this.#gathered = []
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    clearInterval(this.#silence)
    const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.awareness.clientID)
    removeAwarenessStates(this.awareness, others, this)
    return socket
  }

  /**
   * A line may be dead in one direction alone, so what counts is an answer. Turns are counted and not time: a page that was asleep does not
   * take its own silence for the room's.
   */
  #listenForLife(): void {
    if (this.#unanswered > 1) return this.#cut()
    this.#silentTurns += 1
    if (this.#silentTurns < 2 && this.#own.unsaved === 0) return
    this.#unanswered += 1
    this.#send({ kind: 'ping' })
  }

  #send(message: ClientMessage): void {
    const socket = this.#socket
    if (socket?.readyState !== openState) return
    try {
      socket.send(encodeClientMessage(message) as Uint8Array<ArrayBuffer>)
    } catch {
      this.#cut()
    }
  }

  #say(change: Partial<RoomStatus>): void {
    const next = { ...this.#status, unsaved: this.#own.unsaved, ...change }
    const isSame = (Object.keys(next) as (keyof RoomStatus)[]).every((key) => next[key] === this.#status[key])
    if (isSame) return
    this.#status = next
    for (const listener of this.#listeners) listener()
  }
}
