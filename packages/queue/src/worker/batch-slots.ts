import { MillraceError } from '@millrace/connection'
import { shown } from '../check.ts'
import type { Clock } from '../clock.ts'
import type { Message } from '../message.ts'
import type { Attempt, Verdict } from './attempt.ts'
import type { BatchContext, BatchHandler, BatchOutcome } from './handler.ts'
import { isThenable } from './single-slots.ts'
import { armTimeout, finish, Line, unreadable } from './slots.ts'
import type { OnEnd, Slots } from './slots.ts'

export interface BatchSettings {
  /** Messages a batch at most. */
  readonly size: number
  /** How long a batch that is not full may wait for more, ms. */
  readonly lingerMs: number
}

/** One call of the handler. It holds its slot until each of its messages is over. */
interface Batch {
  readonly attempts: readonly Attempt[]
  readonly controller: AbortController
  left: number
}

/** Runs messages in batches of at most `size`, `concurrency` batches at once. */
export class BatchSlots implements Slots {
  readonly size: number
  readonly #concurrency: number
  readonly #settings: BatchSettings
  readonly #handler: BatchHandler
  readonly #clock: Clock
  readonly #onEnd: OnEnd
  readonly #line = new Line()
  readonly #running = new Map<Attempt, Batch>()
  #batches = 0
  #stopLinger: (() => void) | undefined
  #filling = false

  constructor(concurrency: number, settings: BatchSettings, handler: BatchHandler, clock: Clock, onEnd: OnEnd) {
    this.size = concurrency * settings.size
    this.#concurrency = concurrency
    this.#settings = settings
    this.#handler = handler
    this.#clock = clock
    this.#onEnd = onEnd
  }

  get free(): number {
    return (this.#concurrency - this.#batches) * this.#settings.size - this.#line.length
  }

  get empty(): boolean {
    return this.#running.size === 0 && this.#line.length === 0
  }

  get running(): number {
    return this.#running.size
  }

  get waiting(): number {
    return this.#line.length
  }

  take(attempts: readonly Attempt[]): void {
    this.#line.push(attempts)
    // A suspect runs alone and nothing will come to fill its batch.
    this.#fill(attempts.some((attempt) => attempt.claim.alone))
  }

  dropWaiting(): Attempt[] {
    this.#stopLinger?.()
    this.#stopLinger = undefined
    return this.#line.drain()
  }

  all(): Attempt[] {
    return [...this.#running.keys(), ...this.#line.items()]
  }

  evict(attempt: Attempt, reason: MillraceError): void {
    finish(attempt)
    const batch = this.#running.get(attempt)
    if (batch) this.#leave(attempt)
    else this.#line.remove(attempt)
    if (batch?.left === 0) batch.controller.abort(reason)
    this.#fill()
  }

  #fill(lingered = this.#settings.lingerMs === 0): void {
    if (this.#filling) return
    this.#filling = true
    while (this.#batches < this.#concurrency && this.#line.length > 0) {
      if (this.#line.length < this.#settings.size && !lingered) {
        this.#linger()
        break
      }
      this.#start(this.#takeBatch())
    }
    this.#filling = false
  }

  /** From the first message that waits: what comes within `lingerMs` shares its batch. */
  #linger(): void {
    this.#stopLinger ??= this.#clock.after(this.#settings.lingerMs, () => {
      this.#stopLinger = undefined
      this.#fill(true)
    })
  }

  #takeBatch(): Attempt[] {
    this.#stopLinger?.()
    this.#stopLinger = undefined
    const taken: Attempt[] = []
    while (taken.length < this.#settings.size) {
      const next = this.#line.shift()
      if (next === undefined) break
      taken.push(next)
    }
    return taken
  }

  #start(attempts: readonly Attempt[]): void {
    const startedAt = this.#clock.now()
    const batch: Batch = { attempts, controller: new AbortController(), left: attempts.length }
    this.#batches += 1
    const messages: Message[] = []
    for (const attempt of attempts) {
      this.#running.set(attempt, batch)
      attempt.startedAt = startedAt
      try {
        messages.push(attempt.open())
      } catch (error) {
        this.#end(attempt, unreadable(error), 1)
        continue
      }
      armTimeout(attempt, this.#clock, (error) => {
        this.#end(attempt, { kind: 'failed', error }, 1)
        if (batch.left === 0) batch.controller.abort(error)
      })
    }
    if (messages.length === 0) return
    const readable = attempts.filter((attempt) => attempt.message !== undefined)
    let answer: unknown
    let later: boolean
    try {
      answer = this.#handler(messages, contextOf(readable, batch.controller.signal))
      later = isThenable(answer)
    } catch (error) {
      this.#endAll(readable, error)
      return
    }
    if (later) {
      Promise.resolve(answer).then(
        (value) => this.#endEach(readable, value),
        (error: unknown) => this.#endAll(readable, error),
      )
    } else this.#endEach(readable, answer)
  }

  #endEach(attempts: readonly Attempt[], answer: unknown): void {
    let verdicts: readonly Verdict[]
    try {
      verdicts = verdictsOf(answer, attempts.length)
    } catch (error) {
      this.#endAll(attempts, error)
      return
    }
    attempts.forEach((attempt, index) => this.#end(attempt, verdicts[index] as Verdict, attempts.length))
    this.#fill()
  }

  #endAll(attempts: readonly Attempt[], error: unknown): void {
    for (const attempt of attempts) this.#end(attempt, { kind: 'failed', error }, attempts.length)
    this.#fill()
  }

  #end(attempt: Attempt, verdict: Verdict, together: number): void {
    if (attempt.over) return
    finish(attempt)
    this.#leave(attempt)
    this.#onEnd(attempt, verdict, together)
    if (together === 1) this.#fill()
  }

  #leave(attempt: Attempt): void {
    const batch = this.#running.get(attempt)
    if (!batch) return
    this.#running.delete(attempt)
    batch.left -= 1
    if (batch.left === 0) this.#batches -= 1
  }
}

/**
 * One verdict a message. What is neither nothing nor an error is refused, because it hides failures: an answer of Promise.allSettled
 * would complete messages whose work was rejected.
 */
function verdictsOf(answer: unknown, count: number): Verdict[] {
  const done: Verdict = { kind: 'done', value: undefined }
  return requireOutcomes(answer, count).map((error) => (error === undefined ? done : { kind: 'failed', error }))
}

/** What a batch handler may answer, as one outcome a message. @throws OUTCOME_INVALID */
export function requireOutcomes(answer: unknown, count: number): BatchOutcome[] {
  if (answer === undefined) return Array.from({ length: count }, () => undefined)
  if (!Array.isArray(answer)) {
    throw outcomeInvalid(`the handler of a batch answered ${shown(answer)}; answer nothing, or an array of one outcome a message`)
  }
  if (answer.length !== count) {
    throw outcomeInvalid(
      `the handler answered ${answer.length} outcomes for a batch of ${count}; answer nothing, or one outcome a message in the same order`,
    )
  }
  return Array.from(answer, (outcome: unknown, index) => {
    if (outcome === undefined || outcome instanceof Error) return outcome
    throw outcomeInvalid(`outcomes[${index}] of the handler's answer is ${shown(outcome)}; allowed are undefined, an Error, Retry or Bury`)
  })
}

function outcomeInvalid(message: string): MillraceError {
  return new MillraceError('OUTCOME_INVALID', message)
}

function contextOf(attempts: readonly Attempt[], signal: AbortSignal): BatchContext {
  const of = (message: Message): Attempt => {
    const attempt = attempts.find((candidate) => candidate.message === message)
    if (!attempt) throw new MillraceError('OPTION_INVALID', `the message ${message.id} is not in this batch`)
    return attempt
  }
  return {
    signal,
    fence: (message) => of(message).claim.fence,
    progress: (message, ratio, note) => of(message).progress(ratio, note),
    log: (message, line) => of(message).log(line),
  }
}
