import { ReadFailure } from './entry.ts'
import type { Told, Wanted, Watch } from './entry.ts'
import type { Budget } from './refresh-policy.model.ts'

interface LiveOptions {
  readonly watch: Watch
  readonly onTold: (key: string, told: Told) => void
  readonly onBudget: (budget: Budget | null) => void
  /** All streams are closed, and `why` is the beginning of a sentence. */
  readonly onBroken: (why: string) => void
}

/** The server tells each 2 to 5 s: a stream that is silent for so long is broken, whatever the connection says, ms. */
const silenceMs = 45_000

/** The open streams of one tab, one for each summary that is followed. What breaks one ends all: the caller then reads as it would without. */
export class LiveStreams {
  readonly #options: LiveOptions
  readonly #open = new Map<string, AbortController>()

  constructor(options: LiveOptions) {
    this.#options = options
  }

  has(key: string): boolean {
    return this.#open.has(key)
  }

  /** Opens what is not followed yet, and lets go of the rest. */
  follow(wanted: ReadonlyMap<string, Wanted>): void {
    for (const [key, end] of this.#open) {
      if (wanted.has(key)) continue
      this.#open.delete(key)
      end.abort()
    }
    for (const [key, one] of wanted) if (!this.#open.has(key)) void this.#run(key, one)
  }

  async #run(key: string, wanted: Wanted): Promise<void> {
    const end = new AbortController()
    this.#open.set(key, end)
    let silence: ReturnType<typeof setTimeout> | undefined
    const listen = () => {
      clearTimeout(silence)
      silence = setTimeout(() => this.#break(key, end, `nothing came for ${silenceMs / 1_000} s`), silenceMs)
    }
    try {
      listen()
      for await (const told of this.#options.watch(wanted, end.signal, this.#options.onBudget)) {
        if (this.#open.get(key) !== end) return
        listen()
        this.#options.onTold(key, told)
      }
      this.#break(key, end, 'the server ended it')
    } catch (error) {
      if (!(error instanceof ReadFailure) && !end.signal.aborted) throw error
      this.#break(key, end, error instanceof ReadFailure && error.failure.status !== 0 ? error.failure.detail : 'the server is not reached')
    } finally {
      clearTimeout(silence)
    }
  }

  #break(key: string, end: AbortController, why: string): void {
    if (this.#open.get(key) !== end) return
    this.follow(new Map())
    this.#options.onBroken(why)
  }
}
