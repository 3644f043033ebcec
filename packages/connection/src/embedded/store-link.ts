import { Worker } from 'node:worker_threads'
import { AliveSignal } from '../alive-signal.ts'
import { MillraceError } from '../errors.ts'
import { toError } from './call-failure.ts'
import { guardExit } from './exit-guard.ts'
import { controlBytes, viewControl } from './thread-messages.ts'
import type { UnansweredOutcome } from '../errors.ts'
import type { Procedure } from './procedure.ts'
import type { AnswersMessage, Control, FromThread, ThreadStart, ToThread } from './thread-messages.ts'

/** How long a process that exits without `close()` waits for the thread to leave the database, ms. */
const exitWaitMs = 5_000

interface Waiting {
  /** True: what it asks for changes nothing. */
  readonly reads: boolean
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

interface PulseListener {
  readonly onAnswer: (value: unknown) => void
  readonly onError: (error: unknown) => void
}

/**
 * The main thread's end of the store's thread. Calls of one tick leave in one message; the thread keeps the process alive only while
 * somebody waits for an answer.
 */
export class StoreLink {
  readonly #worker: Worker
  readonly #control: Control
  readonly #alive: AliveSignal
  readonly #waiting = new Map<number, Waiting>()
  readonly #procedures = new Map<string, number>()
  readonly #pulses = new Map<number, PulseListener>()
  readonly #onPublished: (channel: string, text: string) => void
  readonly #onDown: (error: MillraceError) => void
  readonly #onThrow: (error: unknown) => void
  readonly #unguard: () => void
  readonly #ended: Promise<void>
  #opening: { resolve: (opened: { processNumber: number; version: string }) => void; reject: (error: unknown) => void } | undefined
  /** When the thread spoke last, or, where nothing waited since, the first call that waits; `performance.now()`. */
  #answeredMs = 0
  #ids: number[] = []
  #numbers: number[] = []
  #values: unknown[] = []
  #lastId = 0
  #failed: MillraceError | undefined
  #closing: Promise<void> | undefined

  constructor(
    start: Pick<ThreadStart, 'file' | 'durability'>,
    on: {
      readonly published: (channel: string, text: string) => void
      readonly down: (error: MillraceError) => void
      /** A pulse's listener threw: it must not keep the others from hearing. */
      readonly threw: (error: unknown) => void
      readonly exit: () => void
    },
  ) {
    const control = new SharedArrayBuffer(controlBytes)
    this.#control = viewControl(control)
    this.#alive = new AliveSignal(this.#control.aliveNs)
    this.#onPublished = on.published
    this.#onDown = on.down
    this.#onThrow = on.threw
    this.#worker = new Worker(new URL('./store-thread.js', import.meta.url), {
      workerData: { ...start, control } satisfies ThreadStart,
      name: 'millrace-store',
    })
    this.#worker.on('message', (message: FromThread) => this.#hear(message))
    this.#worker.on('error', (error) => this.#end(error))
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#end(undefined)
        resolve()
      })
    })
    this.#unguard = guardExit(() => {
      this.#closeAtExit()
      on.exit()
    })
  }

  /** Resolves when the file is open. */
  opened(): Promise<{ processNumber: number; version: string }> {
    return new Promise((resolve, reject) => {
      if (this.#failed) reject(this.#failed)
      else this.#opening = { resolve, reject }
    })
  }

  /** See `Connection.silentMs`. */
  get silentMs(): number {
    return this.#waiting.size === 0 ? 0 : performance.now() - this.#answeredMs
  }

  get failure(): MillraceError | undefined {
    return this.#failed
  }

  call<Argument, Answer>(procedure: Procedure<Argument, Answer>, argument: Argument): Promise<Answer> {
    const reads = procedure.effect === 'read'
    const refused = this.refusal()
    if (refused) return Promise.reject(told(refused, reads ? 'unread' : 'unsent'))
    return new Promise((resolve, reject) => {
      if (this.#ids.length === 0) process.nextTick(() => this.#send())
      const number = this.#number(procedure)
      this.#ids.push(this.#wait({ reads, resolve: resolve as (value: unknown) => void, reject }))
      this.#numbers.push(number)
      this.#values.push(argument)
    })
  }

  /** Sends a message the thread answers with `done`. */
  ask(make: (id: number) => ToThread): Promise<void> {
    const refused = this.refusal()
    if (refused) return Promise.reject(refused)
    return new Promise((resolve, reject) => {
      this.#send()
      this.#worker.postMessage(make(this.#wait({ reads: true, resolve: () => resolve(), reject })))
    })
  }

  startPulse<Argument>(
    procedure: Procedure<Argument, unknown>,
    argument: Argument,
    times: { everyMs: number; maxStallMs: number },
    listener: PulseListener,
  ): number {
    const refused = this.refusal()
    if (refused) throw refused
    this.#send()
    const pulse = ++this.#lastId
    const number = this.#number(procedure)
    const { everyMs, maxStallMs } = times
    this.#alive.add(pulse, maxStallMs)
    this.#worker.postMessage({ kind: 'pulse', pulse, procedure: number, value: argument, everyMs, maxStallMs } satisfies ToThread)
    this.#pulses.set(pulse, listener)
    return pulse
  }

  /** Resolves when no further run can start, which is also true of a closed store. */
  async stopPulse(pulse: number): Promise<void> {
    this.#pulses.delete(pulse)
    this.#alive.remove(pulse)
    if (this.refusal()) return
    await this.ask((id) => ({ kind: 'stop-pulse', id, pulse })).catch(() => undefined)
  }

  /** Lets the thread finish what was sent, then ends it. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#alive.stop()
      this.#send()
      this.#worker.ref()
      this.#worker.postMessage({ kind: 'close' } satisfies ToThread)
      await this.#ended
      this.#unguard()
    })()
    return this.#closing
  }

  #closeAtExit(): void {
    if (Atomics.load(this.#control.closed, 0) === 1) return
    Atomics.store(this.#control.leaving, 0, 1)
    this.#worker.postMessage({ kind: 'close' } satisfies ToThread)
    Atomics.wait(this.#control.closed, 0, 0, exitWaitMs)
  }

  /** Why no call can be made now. */
  refusal(): MillraceError | undefined {
    if (this.#closing) return closed()
    return this.#failed
  }

  #wait(waiting: Waiting): number {
    if (this.#waiting.size === 0) {
      this.#answeredMs = performance.now()
      this.#worker.ref()
    }
    this.#waiting.set(++this.#lastId, waiting)
    return this.#lastId
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0 && !this.#closing) this.#worker.unref()
    return waiting
  }

  #number(procedure: Procedure<never, unknown>): number {
    const { name, moduleUrl, effect } = procedure
    const key = `${name} ${effect} ${moduleUrl}`
    const known = this.#procedures.get(key)
    if (known !== undefined) return known
    const number = this.#procedures.size
    this.#procedures.set(key, number)
    this.#worker.postMessage({ kind: 'procedure', procedure: { number, name, moduleUrl, effect } } satisfies ToThread)
    return number
  }

  #send(): void {
    if (this.#ids.length === 0) return
    const [ids, procedures, values] = [this.#ids, this.#numbers, this.#values]
    this.#ids = []
    this.#numbers = []
    this.#values = []
    try {
      this.#worker.postMessage({ kind: 'calls', ids, procedures, values } satisfies ToThread)
    } catch {
      // One argument cannot be copied between threads; the others leave one by one.
      for (const [index, id] of ids.entries()) this.#sendAlone(id, procedures[index] as number, values[index])
    }
  }

  #sendAlone(id: number, procedure: number, value: unknown): void {
    try {
      this.#worker.postMessage({ kind: 'calls', ids: [id], procedures: [procedure], values: [value] } satisfies ToThread)
    } catch (error) {
      const message = `argument: ${(error as Error).message}; only plain data can be sent to the store's thread.`
      this.#settle(id)?.reject(new MillraceError('OPTION_INVALID', message, { cause: error }))
    }
  }

  #hear(message: FromThread): void {
    this.#answeredMs = performance.now()
    switch (message.kind) {
      case 'answers':
        return this.#hearAnswers(message)
      case 'done':
        return this.#settle(message.id)?.resolve(undefined)
      case 'ready':
        this.#opening?.resolve(message)
        this.#opening = undefined
        if (this.#waiting.size === 0) this.#worker.unref()
        return
      case 'not-opened':
        this.#fail(toError(message.failure))
        return
      case 'broken':
        this.#fail(toError(message.failure))
    }
  }

  #hearAnswers(message: AnswersMessage): void {
    for (const [index, id] of message.ids.entries()) this.#settle(id)?.resolve(message.values[index])
    for (const [index, id] of message.failedIds.entries()) {
      const waiting = this.#settle(id)
      waiting?.reject(told(toError(message.failures[index]!), waiting.reads ? 'unread' : 'unknown'))
    }
    for (const { pulse, value, failure } of message.pulses) {
      const listener = this.#pulses.get(pulse)
      try {
        if (failure) listener?.onError(toError(failure))
        else listener?.onAnswer(value)
      } catch (error) {
        this.#onThrow(error)
      }
    }
    for (const [channel, text] of message.published) this.#onPublished(channel, text)
  }

  #fail(error: MillraceError): void {
    if (this.#failed) return
    this.#failed = error
    this.#opening?.reject(error)
    this.#opening = undefined
    if (!this.#closing) this.#onDown(error)
  }

  /** The thread is gone: asked to, or not. */
  #end(error: unknown): void {
    if (!this.#closing || error) {
      const message = this.#opening
        ? `The thread of the embedded store could not start (${error instanceof Error ? error.message : 'it ended'}).`
        : `The thread of the embedded store ended (${error instanceof Error ? error.message : 'no error was told'}); start the process again.`
      this.#fail(new MillraceError(this.#opening ? 'STORE_UNREACHABLE' : 'STORE_UNAVAILABLE', message, { cause: error }))
    }
    const left = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const waiting of left) waiting.reject(told(this.#failed ?? closed(), waiting.reads ? 'unread' : 'unknown'))
    if (!this.#closing) this.#unguard()
  }
}

/** What an outage means to this very call. */
function told(error: MillraceError, outcome: UnansweredOutcome): MillraceError {
  if (error.code !== 'STORE_UNAVAILABLE') return error
  return new MillraceError(error.code, error.message, { cause: error.cause, details: { outcome } })
}

function closed(): MillraceError {
  return new MillraceError('CONNECTION_CLOSED', 'The connection was closed by close().')
}
