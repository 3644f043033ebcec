import { ScriptCall } from './store-call.ts'
import type { RedisLink } from './redis-link.ts'
import type { ScriptArgument } from './script.ts'
import type { SentScript } from './store-call.ts'

/** What is called again and again; it can be sent to another thread. */
export interface PulseCall {
  readonly script: SentScript
  readonly keys: readonly string[]
  readonly args: readonly ScriptArgument[]
  readonly everyMs: number
  readonly maxStallMs: number
}

export interface PulseListener {
  readonly onAnswer: (answer: unknown) => void
  readonly onError: (error: unknown) => void
}

/**
 * Makes the call every `everyMs`, one at a time: a beat that comes while an answer is awaited is left out, and so is one that comes
 * while `isStalled` says that the main thread is blocked. A call that the store does not answer for `callTimeoutMs` is an error.
 */
export class PulseTimer {
  readonly #link: RedisLink
  readonly #timer: NodeJS.Timeout
  #open: ScriptCall | undefined
  #stopped = false

  constructor(
    link: RedisLink,
    pulse: PulseCall,
    options: PulseListener & { readonly callTimeoutMs: number; readonly isStalled: () => boolean },
  ) {
    this.#link = link
    this.#timer = setInterval(() => {
      if (this.#open || options.isStalled()) return
      const call = new ScriptCall(pulse.script, pulse.keys, pulse.args)
      this.#open = call
      link.call(call, options.callTimeoutMs).then(
        (answer) => {
          this.#open = undefined
          if (!this.#stopped) options.onAnswer(answer)
        },
        (error: unknown) => {
          this.#open = undefined
          if (!this.#stopped) options.onError(error)
        },
      )
    }, pulse.everyMs)
  }

  /** No call starts after this, and none is repeated. */
  stop(): void {
    this.#stopped = true
    clearInterval(this.#timer)
    if (this.#open) this.#link.forget(this.#open)
  }
}
