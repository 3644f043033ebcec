import type { Clock } from '../clock.ts'

/** No timer is set further ahead, ms: the next renewal, a second later, says more. */
const furthestMs = 60_000
const pollFromMs = 1000
const pollSpreadMs = 3000
/** Processes that saw the same lease end do not all call at once, ms. */
const rescueSpreadMs = 100

export interface AlarmHooks {
  /** A scheduled message is due. */
  readonly due: () => void
  /** The poll: comes every 1 to 4 s, so that a lost wake-up costs less than 5 s. */
  readonly poll: () => void
  readonly flush: () => void
  readonly repeat: () => void
  /** Another worker's lease has ended. */
  readonly rescue: () => Promise<void>
}

/** The worker's timers, at most one of each kind. */
export class Alarms {
  readonly #clock: Clock
  readonly #hooks: AlarmHooks
  #due: (() => void) | undefined
  #rescue: (() => void) | undefined
  #flush: (() => void) | undefined
  #repeat: (() => void) | undefined
  #poll: (() => void) | undefined
  #rescuing = false
  #stopped = false

  constructor(clock: Clock, hooks: AlarmHooks) {
    this.#clock = clock
    this.#hooks = hooks
  }

  /** Sets what a claim's or a renewal's answer asks for; null leaves what is set. */
  arm(answer: { readonly dueInMs: number | null; readonly leaseEndInMs: number | null }): void {
    if (this.#stopped) return
    if (answer.dueInMs !== null) {
      this.#due?.()
      this.#due = this.#clock.after(Math.min(answer.dueInMs, furthestMs), () => {
        this.#due = undefined
        this.#hooks.due()
      })
    }
    if (answer.leaseEndInMs !== null && !this.#rescuing) {
      this.#rescue?.()
      this.#rescue = this.#clock.after(Math.min(answer.leaseEndInMs + Math.random() * rescueSpreadMs, furthestMs), this.#onLeaseEnd)
    }
  }

  readonly #onLeaseEnd = (): void => {
    this.#rescue = undefined
    this.#rescuing = true
    void this.#hooks.rescue().finally(() => (this.#rescuing = false))
  }

  flush(ms: number): void {
    this.#flush ??= this.#clock.after(ms, () => {
      this.#flush = undefined
      this.#hooks.flush()
    })
  }

  cancelFlush(): void {
    this.#flush?.()
    this.#flush = undefined
  }

  repeat(ms: number): void {
    this.cancelRepeat()
    this.#repeat = this.#clock.after(ms, () => {
      this.#repeat = undefined
      this.#hooks.repeat()
    })
  }

  /** True when a repeat was waiting. */
  cancelRepeat(): boolean {
    const waiting = this.#repeat
    waiting?.()
    this.#repeat = undefined
    return waiting !== undefined
  }

  poll(): void {
    this.#poll = this.#clock.after(pollFromMs + Math.random() * pollSpreadMs, () => {
      this.poll()
      this.#hooks.poll()
    })
  }

  stop(): void {
    this.#stopped = true
    for (const cancel of [this.#due, this.#rescue, this.#flush, this.#repeat, this.#poll]) cancel?.()
  }
}
