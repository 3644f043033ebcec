import * as Y from 'yjs'
import type { Log } from 'millrace'
import type { Life, UpdateLog } from './update-log.ts'

const firstPauseMs = 100
const longestPauseMs = 2_000

interface Waiting {
  updates: Uint8Array[]
  bytes: number
  editors: Set<string>
  saved: (() => void)[]
}

/**
 * Brings the edits of one document into its log, one entry at a time: what comes meanwhile is gathered into the next. While the store is
 * away it tries again and again, and nothing is called saved.
 */
export class AppendQueue {
  readonly #life: Life
  readonly #self: string
  readonly #updates: UpdateLog
  readonly #log: Log
  readonly #onAppended: (number: number) => void
  #waiting = nothing()
  /** Bytes of the entry under way. */
  #underWay = 0
  #running: Promise<void> | undefined
  #isClosed = false
  #stopPause: (() => void) | undefined

  constructor(parts: { life: Life; self: string; updates: UpdateLog; log: Log; onAppended: (number: number) => void }) {
    this.#life = parts.life
    this.#self = parts.self
    this.#updates = parts.updates
    this.#log = parts.log
    this.#onAppended = parts.onAppended
  }

  get isIdle(): boolean {
    return this.#running === undefined
  }

  /** That are not durable yet. */
  get waitingBytes(): number {
    return this.#waiting.bytes + this.#underWay
  }

  /** @param editor who made it */
  add(update: Uint8Array, editor: string): void {
    this.#waiting.updates.push(update)
    this.#waiting.bytes += update.length
    this.#waiting.editors.add(editor)
    this.#run()
  }

  /** Calls `saved` once everything that was added before is durable. */
  afterAll(saved: () => void): void {
    this.#waiting.saved.push(saved)
    this.#run()
  }

  /** Tries for what waits once more, then gives up: what is not durable then is with those who wrote it. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopPause?.()
    await this.#running
  }

  #run(): void {
    this.#running ??= this.#work().finally(() => (this.#running = undefined))
  }

  async #work(): Promise<void> {
    // All that comes in this turn of the loop goes together.
    await Promise.resolve()
    while (this.#waiting.saved.length > 0 || this.#waiting.updates.length > 0) {
      const batch = this.#waiting
      this.#waiting = nothing()
      if (batch.updates.length > 0 && !(await this.#append(batch))) return
      for (const saved of batch.saved) saved()
    }
  }

  async #append({ updates, bytes, editors }: Waiting): Promise<boolean> {
    this.#underWay = bytes
    const update = updates.length === 1 ? (updates[0] as Uint8Array) : Y.mergeUpdates(updates)
    const append = this.#updates.appending(this.#life, update, [...editors], this.#self)
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      try {
        this.#onAppended(await append())
        this.#underWay = 0
        return true
      } catch (error) {
        this.#log.warn({ err: error, document: this.#life.documentId }, 'edits are not saved yet; they are tried again')
        if (this.#isClosed) return false
        await this.#pause(pauseMs)
      }
    }
  }

  #pause(pauseMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pauseMs)
      this.#stopPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function nothing(): Waiting {
  return { updates: [], bytes: 0, editors: new Set(), saved: [] }
}
