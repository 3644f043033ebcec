import { EventEmitter } from 'node:events'
import { MillraceError } from '@millrace/connection'
import type { Log } from '@millrace/connection'
import { shown } from './check.ts'
import { isOutage } from './errors.ts'
import { turnsOf } from './policy/shares.ts'
import { coreOf, Queue } from './queue.ts'
import type { QueueCore } from './queue.ts'
import { registerQueue } from './registry.ts'
import { ScheduleBook } from './schedule/schedule-book.ts'
import { Scheduler } from './schedule/scheduler.ts'
import type { PayloadSchema } from './schema/payload-schema.ts'
import type { Result } from './store/store.ts'
import { formatSettings } from './stored-settings.ts'
import { Recorder } from './times/recorder.ts'
import { timesRoom } from './times/reader.ts'
import type { Attempt } from './worker/attempt.ts'
import { BatchSlots } from './worker/batch-slots.ts'
import { checked, checkedBatch } from './worker/checked-handler.ts'
import { ClaimLoop } from './worker/claim-loop.ts'
import { closeLoop, graceMs, requireCloseOptions, within } from './worker/close.ts'
import type { CloseReport } from './worker/close.ts'
import type { WorkerEvents } from './worker/events.ts'
import type { BatchHandler, Handler } from './worker/handler.ts'
import { Maintenance } from './worker/maintenance.ts'
import { describe, legible } from './worker/outcome.ts'
import { SingleSlots } from './worker/single-slots.ts'
import type { OnEnd, Slots } from './worker/slots.ts'
import { resolveWorkerOptions } from './worker/worker-options.ts'
import type { BatchWorkerOptions, ResolvedWorkerOptions, SingleWorkerOptions, WorkerOptions } from './worker/worker-options.ts'

/** A worker that has heard nothing from the store for this long is not well, ms: it polls at least every 4 s. */
const silentTooLongMs = 10_000
/** A store that is away fails many calls a second; one of them is told in this time, ms. */
const outageEveryMs = 10_000

export interface WorkerHealth {
  /** `silent`: no answer of the store for more than 10 s. */
  readonly status: 'healthy' | 'silent' | 'closed'
  /** Age of the last successful claim round trip, ms. */
  readonly lastAnswerAgeMs: number
  /** Messages that run. */
  readonly running: number
  /** Messages that were claimed ahead and wait for a slot. */
  readonly waiting: number
}

/**
 * Takes messages from a queue and runs a handler on them, from the moment it is made until `close`. It keeps its lease from a thread
 * of its own, survives outages of the store, cleans up behind the queue and fires its schedules; nothing else has to be called.
 *
 * An idle worker costs the store about 85 calls a minute: 60 renewals and a poll every 1 to 4 s; where the queue has schedules, 15 more.
 *
 * Events: see WorkerEvents. An `error` nobody listens to is logged, never thrown.
 */
export class Worker<Payload = unknown> extends EventEmitter<WorkerEvents<Payload>> {
  /** What it takes messages from; whatever its producers may give. */
  readonly queue: Queue<Payload, never>
  readonly #core: QueueCore
  readonly #options: ResolvedWorkerOptions
  readonly #loop: ClaimLoop
  readonly #recorder: Recorder
  readonly #maintenance: Maintenance
  readonly #scheduler: Scheduler
  readonly #log: Log | undefined
  readonly #forgetState: () => void
  #outageToldUntil = Number.NEGATIVE_INFINITY
  #closing: Promise<CloseReport> | undefined

  /** @throws OPTION_INVALID */
  constructor(queue: Queue<Payload, never>, handler: Handler<Payload>, options?: SingleWorkerOptions)
  constructor(queue: Queue<Payload, never>, handler: BatchHandler<Payload>, options: BatchWorkerOptions)
  constructor(queue: Queue<Payload, never>, handler: Handler<Payload> | BatchHandler<Payload>, options: WorkerOptions = {}) {
    super()
    if (!(queue instanceof Queue))
      throw new MillraceError('OPTION_INVALID', `Worker: the first argument must be a Queue, got ${shown(queue)}`)
    if (typeof handler !== 'function')
      throw new MillraceError('OPTION_INVALID', `Worker: the handler must be a function, got ${shown(handler)}`)
    this.queue = queue
    this.#core = coreOf(queue as unknown as Queue)
    this.#options = resolveWorkerOptions(options)
    const { clock, leaseMs } = this.#options
    const { store, connection, settings, ids } = this.#core
    this.#log = this.#options.log ?? this.#core.log
    const keyValue = connection.keyValue(timesRoom(this.#core.name))
    const holder = ids.next()
    this.#recorder = new Recorder(keyValue, holder, clock, this.#onError)
    this.#maintenance = new Maintenance({ store, retention: settings.retention, keyValue, holder, clock, onError: this.#onError })
    const book = new ScheduleBook(connection, store, this.#core.name)
    this.#scheduler = new Scheduler({ book, store, clock, holder, maxLength: settings.maxLength, onError: this.#onError })
    this.#loop = new ClaimLoop({
      store,
      clock,
      ids,
      settings,
      leaseMs,
      turns: turnsOf(settings.shares),
      slots: (onEnd) => slotsFor(handler as Handler | BatchHandler, this.#core.schema, this.#options, onEnd),
      hooks: {
        onSettled: this.#onSettled,
        onLeaseLost: (worker, messages) => this.#tell('lease-lost', { worker, messages }),
        onError: this.#onError,
        onConnectionClosed: () => void this.close({ deadlineMs: 0 }),
        onTimes: (attempt, times) =>
          this.#recorder.record(attempt.claim.level, attempt.claim.options?.name ?? 'default', times.nowMs, times),
      },
    })
    this.#core.localWorkers.add(this.#loop)
    this.#forgetState = connection.onState((state) => {
      if (state === 'down') return
      this.#loop.onUp()
      // A store that came back may have come back empty.
      void this.#introduce()
    })
    this.#loop.start()
    this.#maintenance.start()
    this.#scheduler.start()
    void this.#introduce()
  }

  /** Whether this worker still hears from the store, and what it has in hand. */
  health(): WorkerHealth {
    const { slots, silentMs, stopped } = this.#loop
    const open = silentMs > silentTooLongMs ? 'silent' : 'healthy'
    return {
      status: stopped ? 'closed' : open,
      lastAnswerAgeMs: silentMs,
      running: slots.running,
      waiting: slots.waiting,
    }
  }

  /**
   * Ends the worker: it claims nothing more, hands back at once what did not start, waits until the deadline for what runs, then aborts
   * the rest and hands it back too. Handing back spends no attempt. Resolves, the store reachable or not; safe to call twice.
   *
   * @param options.deadlineMs how long running handlers may go on, ms; Infinity is allowed. @defaultValue 10_000
   * @throws OPTION_INVALID  the worker goes on
   */
  async close(options: { readonly deadlineMs?: number } = {}): Promise<CloseReport> {
    const deadlineMs = requireCloseOptions('Worker.close', options)
    this.#closing ??= this.#close(deadlineMs)
    return this.#closing
  }

  async #close(deadlineMs: number): Promise<CloseReport> {
    this.#core.localWorkers.delete(this.#loop)
    const { clock } = this.#options
    const maintained = Promise.all([this.#maintenance.stop(), this.#scheduler.stop()])
    const report = await closeLoop(this.#loop, this.#core.store, clock, deadlineMs, this.#onError)
    this.#forgetState()
    await within(clock, graceMs, Promise.all([maintained, this.#recorder.close()])).catch(this.#onError)
    return report
  }

  /** Makes the queue known and tells how it is run; tried again until it worked. */
  async #introduce(): Promise<void> {
    const { connection, store, name, settings } = this.#core
    const { batch, concurrency } = this.#options
    const batchSize = batch?.size ?? 1
    const text = formatSettings({ ...settings, batchSize, slots: concurrency * batchSize })
    try {
      await registerQueue(connection, name)
      if ((await store.inspect.settings()) !== text) await store.configure(text)
    } catch (error) {
      if (this.#closing) return
      this.#onError(error)
      this.#options.clock.after(1000, () => {
        if (!this.#closing) void this.#introduce()
      })
    }
  }

  readonly #onSettled = (attempt: Attempt, result: Result, runMs: number): void => {
    const message = (attempt.message ?? null) as WorkerEvents<Payload>['dead'][0]['message']
    const error = attempt.verdict?.kind === 'failed' ? attempt.verdict.error : undefined
    if (result.kind === 'done') {
      if (message && this.listenerCount('completed') > 0) {
        this.#tell('completed', { message, runMs, value: attempt.verdict?.kind === 'done' ? attempt.verdict.value : undefined })
      }
    } else if (result.kind === 'failed') {
      if (message) this.#tell('retrying', { message, runMs, error, delayMs: result.delayMs })
    } else if (result.kind === 'dead') this.#tell('dead', { id: result.id, message, error, reason: result.reason })
  }

  /** Emits; what a listener throws is an error of its own and stops nothing. */
  #tell<Name extends 'completed' | 'retrying' | 'dead' | 'lease-lost'>(name: Name, told: WorkerEvents<Payload>[Name][0]): void {
    try {
      ;(this as EventEmitter).emit(name, told)
    } catch (error) {
      this.#onError(error)
    }
  }

  readonly #onError = (thrown: unknown): void => {
    const cause = legible(thrown)
    if (isOutage(cause)) {
      const now = this.#options.clock.now()
      if (now < this.#outageToldUntil) return
      this.#outageToldUntil = now + outageEveryMs
    }
    const error = cause instanceof Error ? cause : new Error(describe(cause).message)
    if (this.listenerCount('error') > 0) {
      try {
        ;(this as EventEmitter).emit('error', error)
      } catch (thrown) {
        this.#logError(thrown)
      }
    } else this.#logError(error)
  }

  #logError(error: unknown): void {
    const { name, message } = describe(legible(error))
    const text = `${name}: ${message}`
    if (this.#log) this.#log.error({ err: error, queue: this.#core.name }, `worker: ${text}`)
    else process.stderr.write(`millrace: worker of '${this.#core.name}': ${text}\n`)
  }
}

/** The payload's type is the producer's promise, or the schema's; from here on it is just what was stored. */
function slotsFor(
  handler: Handler | BatchHandler,
  schema: PayloadSchema | undefined,
  { batch, concurrency, clock }: ResolvedWorkerOptions,
  onEnd: OnEnd,
): Slots {
  if (batch) {
    const given = handler as BatchHandler
    return new BatchSlots(concurrency, batch, schema === undefined ? given : checkedBatch(given, schema), clock, onEnd)
  }
  const given = handler as Handler
  return new SingleSlots(concurrency, schema === undefined ? given : checked(given, schema), clock, onEnd)
}
