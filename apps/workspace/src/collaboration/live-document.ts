import { hasGap } from '@millrace/collaboration'
import type { Refusal } from '@millrace/collaboration'
import type { Log } from 'millrace'
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { AppendQueue } from './append-queue.ts'
import { readText } from './live-text.ts'
import { SizeGuard } from './size-guard.ts'
import type { Life, LogState, RoomNews, UpdateLog } from './update-log.ts'

/** What one of this process's participants is told. */
export interface Member {
  /** Whom a version names as its author: the subject of the token. */
  readonly author: string
  update(update: Uint8Array): void
  presence(update: Uint8Array): void
  refuse(refusal: Refusal): void
}

/** While the store is away, edits wait here for it; beyond this much no more are taken, bytes. */
const maxWaitingBytes = 8 * 1024 * 1024

/** Origin of what came from the log, which is in it already. */
const fromLog = Symbol('log')

interface Parts {
  /** Names this one among all that have the document open. */
  readonly self: string
  readonly updates: UpdateLog
  readonly log: Log
  /** Hears that edits became durable. */
  readonly onSaved: (documentId: string) => void
  /** Hears that the last one here left. */
  readonly onLeft: (documentId: string) => void
}

/**
 * A document as this process has it in memory while somebody here edits it: those who are here, what they do, and what other processes
 * tell of those who are there. What it holds beyond the log is nothing that anybody was told is saved.
 */
export class LiveDocument {
  readonly life: Life
  readonly #doc: Y.Doc
  readonly #awareness: Awareness
  readonly #self: string
  readonly #updates: UpdateLog
  readonly #queue: AppendQueue
  readonly #size: SizeGuard
  readonly #members = new Set<Member>()
  readonly #onLeft: (documentId: string) => void
  /** All entries up to here were read. */
  #floor: number
  readonly #above = new Set<number>()
  #looking: Promise<void> | undefined
  #isOver = false

  /** @param state what the log holds */
  constructor(state: LogState, { self, updates, log, onSaved, onLeft }: Parts) {
    const { documentId, origin } = state
    this.life = { documentId, origin }
    const { doc, unreadable } = readText(state)
    if (unreadable.length > 0)
      log.error({ document: documentId, entries: unreadable }, 'some entries of a log are no edits, and are left out')
    this.#doc = doc
    this.#floor = state.head
    this.#self = self
    this.#updates = updates
    this.#onLeft = onLeft
    this.#size = new SizeGuard(doc)
    this.#awareness = new Awareness(doc)
    this.#awareness.setLocalState(null)
    this.#queue = new AppendQueue({
      life: this.life,
      self,
      updates,
      log,
      onAppended: (number) => {
        this.#know(number)
        onSaved(documentId)
      },
    })
    doc.on('update', this.#onUpdate)
    this.#awareness.on('update', this.#onPresence)
  }

  get members(): number {
    return this.#members.size
  }

  /** True when nobody is here and everything is in the log. */
  get isIdle(): boolean {
    return this.#members.size === 0 && this.#queue.isIdle
  }

  /** True once the document was deleted. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** @returns leaves; safe to call twice */
  join(member: Member): () => void {
    this.#members.add(member)
    const everybody = this.#everybody()
    if (everybody !== undefined) member.presence(everybody)
    return () => {
      if (this.#members.delete(member) && this.#members.size === 0) this.#onLeft(this.life.documentId)
    }
  }

  stateVector(): Uint8Array {
    return Y.encodeStateVector(this.#doc)
  }

  /** What somebody with this state vector lacks. @throws where it is none */
  stateSince(stateVector: Uint8Array): Uint8Array {
    return Y.encodeStateAsUpdate(this.#doc, stateVector)
  }

  /**
   * Takes an edit in and tells everybody here; `saved` is called once it, and all that came before, is durable.
   * @returns why it was not taken; then nothing was applied
   */
  write(member: Member, update: Uint8Array, saved: () => void): Refusal | undefined {
    if (this.#queue.waitingBytes > maxWaitingBytes) {
      const sentence = 'The store does not answer, and no more unsaved edits fit in memory. Yours stay in your browser.'
      return { code: 'STORE_UNAVAILABLE', sentence, retry: 'later' }
    }
    const refusal = this.#size.refusalOf(update)
    if (refusal !== undefined) return refusal
    Y.applyUpdate(this.#doc, update, member)
    // What waits for a change that never came is no event of the document, and must not be lost either.
    if (hasGap(this.#doc)) this.#queue.add(update, member.author)
    this.#queue.afterAll(saved)
    return undefined
  }

  /** Tells everybody where one of them is. */
  show(member: Member, update: Uint8Array): void {
    applyAwarenessUpdate(this.#awareness, update, member)
  }

  /** Tells everybody that one of them left. */
  hide(clientId: number): void {
    removeAwarenessStates(this.#awareness, [clientId], 'left')
  }

  /** Takes in what another process told. */
  hear(news: RoomNews, origin: string): void {
    if (origin !== this.life.origin || this.#isOver) return
    switch (news.kind) {
      case 'presence':
        return applyAwarenessUpdate(this.#awareness, news.update, fromLog)
      case 'who':
        return this.#tellEverybody()
      case 'deleted':
        return this.end(news.by)
      case 'folded':
        if (news.from.every((number) => number <= this.#floor || this.#above.has(number))) return this.#know(news.number)
        break
      case 'entry':
        if (news.update !== undefined) {
          Y.applyUpdate(this.#doc, news.update, fromLog)
          return this.#know(news.number)
        }
    }
    // The next look finds it where this one fails.
    this.catchUp().catch(() => undefined)
  }

  /** Reads what the log has and this process was not told of. @throws MillraceError STORE_UNAVAILABLE */
  catchUp(): Promise<void> {
    return (this.#looking ??= this.#look().finally(() => (this.#looking = undefined)))
  }

  /** The document was deleted: everybody here is told, and nothing is taken any more. */
  end(by: string): void {
    if (this.#isOver) return
    this.#isOver = true
    const sentence = `${by} deleted this document. Its text is still on this page: copy what you need.`
    for (const member of this.#members) member.refuse({ code: 'DOCUMENT_DELETED', sentence, retry: 'never' })
  }

  /** Brings what waits into the log, for which it tries once more, and lets go of the memory. */
  async close(): Promise<void> {
    await this.#queue.close()
    this.#awareness.off('update', this.#onPresence)
    this.#awareness.destroy()
    this.#doc.destroy()
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    this.#size.grew(update)
    if (origin !== fromLog) this.#queue.add(update, (origin as Member).author)
    for (const member of this.#members) if (member !== origin) member.update(update)
  }

  readonly #onPresence = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>, origin: unknown): void => {
    const update = encodeAwarenessUpdate(this.#awareness, [...added, ...updated, ...removed])
    for (const member of this.#members) if (member !== origin) member.presence(update)
    if (origin !== fromLog) this.#updates.tellPresence(this.life, update, this.#self)
  }

  #everybody(): Uint8Array | undefined {
    const { states } = this.#awareness
    return states.size === 0 ? undefined : encodeAwarenessUpdate(this.#awareness, [...states.keys()])
  }

  #tellEverybody(): void {
    const everybody = this.#everybody()
    if (everybody !== undefined) this.#updates.tellPresence(this.life, everybody, this.#self)
  }

  async #look(): Promise<void> {
    const head = await this.#updates.head(this.life.documentId)
    if (head - this.#floor === this.#above.size && (await this.#updates.isBegun(this.life.documentId))) return
    const state = await this.#updates.read(this.life.documentId)
    // Nobody told so: the news was lost.
    if (state?.origin !== this.life.origin) return this.end('Somebody')
    const { doc } = readText(state)
    Y.applyUpdate(this.#doc, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(this.#doc)), fromLog)
    doc.destroy()
    this.#floor = Math.max(this.#floor, state.head)
    for (const number of this.#above) if (number <= this.#floor) this.#above.delete(number)
  }

  #know(number: number): void {
    if (number <= this.#floor) return
    this.#above.add(number)
    while (this.#above.delete(this.#floor + 1)) this.#floor += 1
  }
}
