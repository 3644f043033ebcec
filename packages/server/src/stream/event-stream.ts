import { Readable } from 'node:stream'

/** Without anything to tell, a sign of life goes out this often, ms: proxies end connections that are silent for a minute. */
const heartbeatMs = 15_000
/** A reader that takes nothing for this long is let go, ms. */
const stallMs = 30_000
/** Longest time a timer can wait, ms. */
const longestTimerMs = 2 ** 31 - 1

/** One event in the form of server-sent events: `data` has no line breaks, as JSON has none. */
export function eventFrame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/**
 * The body of a stream of events. A reader that is slower than the events gets the newest of each kind when it has room again, and the ones
 * between never: what waits for it is one event a kind and what the socket holds.
 */
export class EventStream extends Readable {
  /** Of events that were taken in and never sent, because a newer one came first. */
  dropped = 0
  readonly #pending = new Map<string, string>()
  #hasRoom = false
  #isFinished = false
  #movedAtMs = performance.now()
  readonly #onClose: () => void
  readonly #isOver: () => Promise<boolean>
  readonly #pulse: NodeJS.Timeout
  readonly #end: NodeJS.Timeout

  /**
   * @param endsAtMs ms since 1970, when the stream ends by itself: the token's end
   * @param onClose called once, however it ended
   */
  constructor({ endsAtMs, isOver, onClose, pulseMs = heartbeatMs }: EventStreamOptions) {
    super({ read: () => this.#send(), encoding: 'utf8' })
    this.#onClose = onClose
    this.#isOver = isOver
    this.#pulse = setInterval(() => this.#beat(), pulseMs).unref()
    this.#end = setTimeout(() => this.finish('the token ended'), Math.min(endsAtMs - Date.now(), longestTimerMs)).unref()
    this.once('close', () => this.#close())
    // Begins at once, so that the reader knows it is through before there is an event.
    this.push(': millrace\n\n')
  }

  /** Sends an event now, or as soon as the reader has room, unless a newer one of its kind comes before. */
  offer(frame: string, kind = ''): void {
    if (this.destroyed || this.readableEnded) return
    if (this.#pending.has(kind)) this.dropped++
    this.#pending.set(kind, frame)
    if (this.#hasRoom) this.#flush()
  }

  /** Ends the answer in order, with the reason for who reads along. */
  finish(reason: string): void {
    if (this.destroyed || this.#isFinished) return
    this.#isFinished = true
    this.push(`: ${reason}\n\n`)
    this.push(null)
  }

  #send(): void {
    this.#hasRoom = true
    this.#movedAtMs = performance.now()
    this.#flush()
  }

  #flush(): void {
    if (this.#isFinished) return
    const [next] = this.#pending
    if (next === undefined) return
    const [kind, frame] = next
    this.#pending.delete(kind)
    this.#movedAtMs = performance.now()
    // Whether there is room again is told by the next call of read.
    this.#hasRoom = false
    this.push(frame)
  }

  #beat(): void {
    // A store that does not say has no figures to tell either.
    void this.#isOver().then(
      (isOver) => isOver && this.finish('signed out'),
      () => undefined,
    )
    if (this.#pending.size > 0 && performance.now() - this.#movedAtMs > stallMs) this.destroy()
    else if (this.#hasRoom && !this.#isFinished) {
      this.#hasRoom = false
      this.push(':\n\n')
    }
  }

  #close(): void {
    clearInterval(this.#pulse)
    clearTimeout(this.#end)
    this.#onClose()
  }
}

export interface EventStreamOptions {
  readonly endsAtMs: number
  /** Asked at every sign of life: true ends the stream, a rejection does not. */
  readonly isOver: () => Promise<boolean>
  readonly onClose: () => void
  /** @defaultValue 15,000 */
  readonly pulseMs?: number
}
