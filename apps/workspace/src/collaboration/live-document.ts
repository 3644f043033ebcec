import { hasGap, textOf } from '@millrace/collaboration'
import type { Refusal } from '@millrace/collaboration'
import type { Log } from 'millrace'
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { AppendQueue } from './append-queue.ts'
import { SizeGuard } from './size-guard.ts'
import type { LogState, RoomNews, UpdateLog } from './update-log.ts'

/** What one of this process's participants is told. */
export interface Member {
  /** How others see them, and whom a version names as its author. */
  readonly name: string
  update(update: Uint8Array): void
  presence(update: Uint8Array): void
  refuse(refusal: Refusal): void
}

/** While the store is away, edits wait here for it; beyond this much no more are taken, bytes. */
const maxWaitingBytes = 8 * 1024 * 1024

/** Origin of what came from the log, which is in it already. */
const fromLog = Symbol('log')

interface Parts {
  readonly documentId: string
  readonly updates: UpdateLog
  readonly log: Log
  /** Hears that edits became durable. */
  readonly onSaved: (documentId: string, number: number) => void
}

/**
 * A document as this process has it in memory while somebody here edits it: those who are here, what they do, and what other processes
 * tell of those who are there. What it holds beyond the log is nothing that anybody was told is saved.
 */
export class LiveDocument {
  readonly documentId: string
  readonly #doc = new Y.Doc()
  readonly #awareness: Awareness
  readonly #updates: UpdateLog
  readonly #queue: AppendQueue
  readonly #size: SizeGuard
  readonly #members = new Set<Member>()
  /** All entries up to here were read. */
  #floor = 0
  readonly #above = new Set<number>()
  #looking: Promise<void> | undefined

  constructor({ documentId, updates, log, onSaved }: Parts) {
    this.documentId = documentId
    this.#updates = updates
    this.#size = new SizeGuard(this.#doc)
    this.#awareness = new Awareness(this.#doc)
    this.#awareness.setLocalState(null)
    this.#queue = new AppendQueue({
      documentId,
      updates,
      log,
      onAppended: (number) => {
        this.#know(number)
        onSaved(documentId, number)
      },
    })
    this.#doc.on('update', (update: Uint8Array, origin: unknown) => {
      this.#size.grew(update)
      if (origin !== fromLog) this.#queue.add(update, (origin as Member).name)
      for (const member of this.#members) if (member !== origin) member.update(update)
    })
    this.#awareness.on('update', this.#onPresence)
  }

  get members(): number {
    return this.#members.size
  }

  /** True when nobody is here and everything is in the log. */
  get isIdle(): boolean {
    return this.#members.size === 0 && this.#queue.isIdle
  }

  get text(): string {
    return textOf(this.#doc).toString()
  }

  /** Takes in what the log holds. */
  load({ first, entries, head }: LogState): void {
    this.#apply(first)
    for (const { update } of entries) this.#apply(update)
    for (const number of this.#above) if (number <= head) this.#above.delete(number)
    this.#floor = Math.max(this.#floor, head)
  }

  /** @returns leaves; safe to call twice */
  join(member: Member): () => void {
    this.#members.add(member)
    const everybody = this.#everybody()
    if (everybody !== undefined) member.presence(everybody)
    return () => void this.#members.delete(member)
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
    if (hasGap(this.#doc)) this.#queue.add(update, member.name)
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
  hear(news: RoomNews): void {
    if (news.kind === 'presence') return applyAwarenessUpdate(this.#awareness, news.update, fromLog)
    if (news.kind === 'who') {
      const everybody = this.#everybody()
      if (everybody !== undefined) this.#updates.tellPresence(this.documentId, everybody)
      return
    }
    if (news.kind === 'entry' && news.update !== undefined) {
      this.#apply(news.update)
      this.#know(news.number)
    } else if (news.kind === 'entry') void this.catchUp().catch(() => undefined)
  }

  /** Reads what the log has and this process was not told of. @throws MillraceError STORE_UNAVAILABLE */
  catchUp(): Promise<void> {
    return (this.#looking ??= this.#look().finally(() => (this.#looking = undefined)))
  }

  /** Tells everybody here why it is over, and lets them go. */
  refuseAll(refusal: Refusal): void {
    for (const member of this.#members) member.refuse(refusal)
  }

  /** Brings what waits into the log, for which it tries once more, and lets go of the memory. */
  async close(): Promise<void> {
    await this.#queue.close()
    this.#awareness.off('update', this.#onPresence)
    this.#awareness.destroy()
    this.#doc.destroy()
  }

  readonly #onPresence = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>, origin: unknown): void => {
    const update = encodeAwarenessUpdate(this.#awareness, [...added, ...updated, ...removed])
    for (const member of this.#members) if (member !== origin) member.presence(update)
    if (origin !== fromLog) this.#updates.tellPresence(this.documentId, update)
  }

  #everybody(): Uint8Array | undefined {
    const { states } = this.#awareness
    return states.size === 0 ? undefined : encodeAwarenessUpdate(this.#awareness, [...states.keys()])
  }

  async #look(): Promise<void> {
    const head = await this.#updates.head(this.documentId)
    const isKnown = head - this.#floor === this.#above.size
    if (isKnown) return
    const state = await this.#updates.read(this.documentId)
    if (state !== undefined) this.load(state)
  }

  #apply(update: Uint8Array): void {
    Y.applyUpdate(this.#doc, update, fromLog)
  }

  #know(number: number): void {
    if (number <= this.#floor) return
    this.#above.add(number)
    while (this.#above.delete(this.#floor + 1)) this.#floor += 1
  }
}
