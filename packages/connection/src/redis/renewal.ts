import { Worker } from 'node:worker_threads'
import { AliveSignal } from '../alive-signal.ts'
import { MillraceError } from '../errors.ts'
import { PulseTimer } from './pulse-timer.ts'
import type { Log, Pulse } from '../connection.ts'
import type { RedisAddress } from '../parse-url.ts'
import type { PulseCall, PulseListener } from './pulse-timer.ts'
import type { RedisLink } from './redis-link.ts'
import type { FromRenewal, RenewalStart, ToRenewal } from './renewal-messages.ts'

interface OpenPulse {
  readonly call: PulseCall
  readonly listener: PulseListener
  /** Set where it runs on the main thread. */
  timer?: PulseTimer
  stopped?: () => void
}

/**
 * The main thread's end of the renewal thread: one for all pulses of a connection, started with the first. Where it cannot start (a
 * bundled application) or ends, the pulses run on the main thread, over the connection's own socket.
 */
export class Renewal {
  readonly #thread: URL | undefined
  readonly #start: Pick<RenewalStart, 'address' | 'commandTimeoutMs'>
  readonly #link: RedisLink
  readonly #log: Log | undefined
  readonly #pulses = new Map<number, OpenPulse>()
  readonly #memory = new SharedArrayBuffer(8)
  readonly #alive = new AliveSignal(new BigInt64Array(this.#memory))
  #worker: Worker | undefined
  #lastPulse = 0
  #lost = false
  #closed = false

  constructor(options: {
    readonly address: RedisAddress
    readonly commandTimeoutMs: number
    readonly link: RedisLink
    readonly log: Log | undefined
    /** Another module, for tests. */
    readonly thread?: URL
  }) {
    this.#thread = options.thread
    const { address, commandTimeoutMs } = options
    this.#start = { address, commandTimeoutMs }
    this.#link = options.link
    this.#log = options.log
  }

  /** Where pulses run, or would. */
  get place(): 'thread' | 'main-thread' {
    return this.#lost ? 'main-thread' : 'thread'
  }

  pulse(call: PulseCall, listener: PulseListener): Pulse {
    if (this.#closed) throw new MillraceError('CONNECTION_CLOSED', 'The connection was closed by close().')
    const pulse = ++this.#lastPulse
    if (!this.#worker && !this.#lost) this.#startThread()
    this.#pulses.set(pulse, { call, listener })
    this.#alive.add(pulse, call.maxStallMs)
    if (this.#lost) this.#runHere(pulse)
    else this.#post({ kind: 'start', pulse, call })
    return { stop: () => this.#stop(pulse) }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#alive.stop()
    for (const pulse of this.#pulses.values()) {
      pulse.timer?.stop()
      pulse.stopped?.()
    }
    this.#pulses.clear()
    await this.#worker?.terminate()
  }

  #startThread(): void {
    try {
      const worker = new Worker(this.#thread ?? new URL('./renewal-thread.js', import.meta.url), {
        workerData: { ...this.#start, alive: this.#memory } satisfies RenewalStart,
        name: 'millrace-renewal',
      })
      // The connection's own socket keeps the process alive; this thread does not.
      worker.unref()
      worker.on('message', (message: FromRenewal) => this.#hear(message))
      worker.on('error', (error) => this.#lose(error))
      worker.on('exit', () => this.#lose(undefined))
      this.#worker = worker
    } catch (error) {
      this.#lose(error)
    }
  }

  #stop(pulse: number): Promise<void> {
    const open = this.#pulses.get(pulse)
    this.#alive.remove(pulse)
    if (!open || this.#closed) return Promise.resolve()
    if (open.timer) {
      open.timer.stop()
      this.#pulses.delete(pulse)
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const before = open.stopped
      open.stopped = () => {
        before?.()
        resolve()
      }
      if (!before) this.#post({ kind: 'stop', pulse })
    })
  }

  #hear(message: FromRenewal): void {
    const open = this.#pulses.get(message.pulse)
    if (!open) return
    if (message.kind === 'stopped') {
      this.#pulses.delete(message.pulse)
      open.stopped?.()
    } else if (open.stopped) return
    else if (message.kind === 'answer') this.#tell(() => open.listener.onAnswer(message.answer))
    else {
      const error = new MillraceError(message.code, message.message, { details: { outcome: message.outcome } })
      this.#tell(() => open.listener.onError(error))
    }
  }

  /** The thread could not start, or is gone. */
  #lose(error: unknown): void {
    if (this.#lost || this.#closed) return
    this.#lost = true
    const reason = error instanceof Error ? error.message : 'it ended'
    this.#log?.warn(
      { err: error },
      `The renewal thread is missing (${reason}): leases are renewed on the main thread, so a handler that blocks it loses them.`,
    )
    for (const [pulse, open] of this.#pulses) {
      if (!open.stopped) this.#runHere(pulse)
      else {
        this.#pulses.delete(pulse)
        open.stopped()
      }
    }
  }

  #runHere(pulse: number): void {
    const open = this.#pulses.get(pulse) as OpenPulse
    open.timer = new PulseTimer(this.#link, open.call, {
      callTimeoutMs: this.#start.commandTimeoutMs,
      // Blocked, it could not ask.
      isStalled: () => false,
      onAnswer: (answer) => this.#tell(() => open.listener.onAnswer(answer)),
      onError: (error) => this.#tell(() => open.listener.onError(error)),
    })
  }

  #post(message: ToRenewal): void {
    this.#worker?.postMessage(message)
  }

  /** A listener that throws must not keep the others from hearing. */
  #tell(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.#log?.error({ err: error }, 'a listener of a pulse threw')
    }
  }
}
