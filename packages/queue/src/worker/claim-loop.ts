import { isMillraceError } from '@millrace/connection'
import type { ClaimBehind, LocalWorker } from '../local-wake.ts'
import { randomNonce } from '../nonce.ts'
import { Prefetch } from '../policy/prefetch.ts'
import { maxMessagesPerCall } from '../store/store.ts'
import type { ClaimAnswer, ClaimCall, Outcome, RenewAnswer, Result, Store, WorkerSignal } from '../store/store.ts'
import { Alarms } from './alarms.ts'
import { abortReason, Attempt } from './attempt.ts'
import type { Verdict } from './attempt.ts'
import { Lease } from './lease.ts'
import type { LoopOptions, Out } from './loop-options.ts'
import { Reports } from './reports.ts'
import { resultOf } from './outcome.ts'
import { Results } from './results.ts'
import type { Slots } from './slots.ts'

/** Results leave within this time even when no slot is free, ms. */
const resultWaitMs = 1
/** Calls that overlap with handlers carry at least this many results and ask for as many messages: smaller ones cost more than they gain. */
const overlapFrom = 64
const firstRepeatMs = 50
const lastRepeatMs = 1000

/**
 * The worker's conversation with the store: one numbered call is out at a time; it carries the results so far and asks for as much as
 * the slots can use.
 *
 * - A call leaves at once when enough came together (a quarter of the slots are free, or as many results wait), else 1 ms later; at
 *   once too when the worker is woken from idleness.
 * - A call that failed is repeated with the same number and nonce until it is answered, so nothing is lost or claimed twice.
 * - An answer that brought less than was asked for ends the asking; then a wake-up, a timer or the poll begins it anew.
 * - When the lease is lost everything is dropped, signals abort, and the worker goes on under a new id.
 */
export class ClaimLoop implements LocalWorker {
  readonly #options: LoopOptions
  readonly #slots: Slots
  readonly #prefetch: Prefetch
  readonly #threshold: number
  readonly #alarms: Alarms
  readonly #reports: Reports
  #lease: Lease
  #number = 0
  #out: Out | undefined
  readonly #results = new Results()
  /** Results that wait for their attempts' last reports. */
  #held = 0
  /** There may be messages: ask as soon as slots are free. */
  #wanted = true
  /** A wake-up came while a call was out: ask once more after its answer. */
  #woken = false
  /** Something became due while a call was out that may have been too early for it. */
  #overdue = false
  /** A suspect waits for this worker to run empty. */
  #draining = false
  /** Registered as idle at the store. */
  #registered = false
  #sendQueued = false
  /** Messages that an answer has brought and the slots have not yet taken. */
  #coming = 0
  #phase: 'new' | 'running' | 'closing' | 'stopped' = 'new'
  /** ms to add to the engine's clock for the store's time. */
  #storeOffsetMs = 0
  #lastAnswerAt: number
  answers = 0

  constructor(options: LoopOptions) {
    this.#options = options
    const { store, clock, hooks, leaseMs } = options
    this.#slots = options.slots(this.#onEnd)
    this.#prefetch = new Prefetch(this.#slots.size)
    this.#threshold = Math.max(1, Math.floor(this.#slots.size / 4))
    this.#alarms = new Alarms(clock, {
      due: this.#onDue,
      poll: this.#onPoll,
      flush: this.#send,
      repeat: this.#transmit,
      rescue: this.#rescue,
    })
    this.#reports = new Reports(store, hooks.onError)
    this.#lease = this.#newLease(store, leaseMs)
    this.#lastAnswerAt = clock.now()
  }

  get worker(): string {
    return this.#lease.id
  }

  get slots(): Slots {
    return this.#slots
  }

  get idle(): boolean {
    return this.#registered && this.#out === undefined && this.#phase === 'running'
  }

  /** ms since the store last answered a call of this worker. */
  get silentMs(): number {
    return this.#options.clock.now() - this.#lastAnswerAt
  }

  /** Results that wait to be sent or answered. */
  get unsettled(): number {
    return this.#held + this.#results.length + (this.#out?.call.results.length ?? 0)
  }

  get stopped(): boolean {
    return this.#phase === 'stopped'
  }

  /** Listens first and claims once it hears, so that no cancel of what it runs is missed; if it never hears, the poll claims. */
  start(): void {
    this.#phase = 'running'
    this.#lease.listen()
    this.#alarms.poll()
  }

  claimBehind(): ClaimBehind {
    const { answers } = this
    this.#wake()
    return {
      mustBeOut: () => {
        if (this.answers !== answers) this.#wake()
      },
    }
  }

  /** The store can be reached again: repeat what failed, or register anew. */
  readonly onUp = (): void => {
    if (this.#out && this.#alarms.cancelRepeat()) this.#transmit()
    else this.#wake()
  }

  /** Claims nothing more and hands back what did not start. */
  beginClosing(): void {
    if (this.#phase !== 'running') return
    this.#phase = 'closing'
    for (const attempt of this.#slots.dropWaiting()) this.#handBack(attempt)
    this.#consider()
  }

  /** Ends what still runs: signals abort and what handlers answer later is ignored. Answers how many. */
  abortRunning(): number {
    const running = this.#slots.all()
    for (const attempt of running) this.#slots.evict(attempt, abortReason.shutdown())
    return running.length
  }

  /** No further call leaves. */
  async stop(): Promise<void> {
    for (const attempt of this.#slots.dropWaiting()) attempt.over = true
    this.#phase = 'stopped'
    this.#alarms.stop()
    this.#out = undefined
    await this.#lease.end()
  }

  #newLease(store: Store, leaseMs: number): Lease {
    const id = this.#options.ids.next()
    this.#reports.worker = id
    return new Lease(id, store, leaseMs, this.#options.clock, {
      onSignal: this.#onSignal,
      onAnswer: this.#onRenewed,
      onListening: () => this.#wake(),
      onError: this.#options.hooks.onError,
    })
  }

  // ── when a call leaves ─────────────────────────────────────────────────────

  #limit(): number {
    if (this.#phase !== 'running') return 0
    if (this.#draining) return this.#slots.empty ? Math.min(this.#slots.free, maxMessagesPerCall) : 0
    return Math.max(0, Math.min(maxMessagesPerCall, this.#slots.free + this.#prefetch.ahead - this.#coming))
  }

  #consider(): void {
    if (this.#out || this.#sendQueued || this.#phase === 'stopped') return
    const results = this.#results.length
    const asking = this.#wanted && this.#phase === 'running' && !(this.#draining && !this.#slots.empty)
    const free = asking ? this.#slots.free : 0
    if (results >= this.#threshold || free >= this.#threshold || (results > 0 && this.#slots.empty)) {
      // After what is already resolved has run: handlers that answer at once all go into one call.
      this.#sendQueued = true
      process.nextTick(this.#send)
    } else if (results > 0 || free > 0) this.#alarms.flush(resultWaitMs)
  }

  #wake(): void {
    if (this.#phase !== 'running') return
    this.#wanted = true
    if (this.#out) this.#woken = true
    else if (this.#limit() > 0) this.#send()
  }

  /** What is due is made ready by any call: a worker that has no free slot sends one too, and so wakes an idle one. */
  readonly #onDue = (): void => {
    this.#overdue = this.#out !== undefined
    if (this.#overdue || this.#limit() > 0) this.#wake()
    else this.#send()
  }

  readonly #onPoll = (): void => {
    if (this.#out || this.silentMs < 1000) return
    this.#wanted = true
    this.#send()
  }

  readonly #send = (): void => {
    this.#sendQueued = false
    if (this.#out || this.#phase === 'stopped' || this.#phase === 'new') return
    this.#alarms.cancelFlush()
    const limit = this.#limit()
    const { results, attempts } = this.#results.take()
    this.#number += 1
    const { leaseMs, turns, settings } = this.#options
    const call: ClaimCall = {
      worker: this.#lease.id,
      number: this.#number,
      nonce: randomNonce(),
      results,
      leaseMs,
      retention: settings.retention,
      limit,
      idle: limit > 0 && this.#lease.listening,
      turns,
    }
    this.#registered = false
    this.#woken = false
    this.#out = { call, attempts, sentAt: 0, tries: 0 }
    this.#transmit()
  }

  readonly #transmit = (): void => {
    const out = this.#out
    if (!out) return
    out.sentAt = this.#options.clock.now()
    this.#options.store.claim(out.call).then(
      (answer) => this.#onAnswer(out, answer),
      (error: unknown) => this.#onFailure(out, error),
    )
  }

  // ── what comes back ────────────────────────────────────────────────────────

  #onAnswer(out: Out, answer: ClaimAnswer): void {
    if (this.#out !== out) return
    this.#out = undefined
    this.answers += 1
    const now = this.#options.clock.now()
    this.#lastAnswerAt = now
    this.#storeOffsetMs = answer.claimedAtMs - (out.sentAt + now) / 2
    if (answer.leaseLost) {
      this.#lose()
      return
    }
    this.#lease.hold()
    this.#settled(out, answer.outcomes)
    this.#registered = answer.idle
    const { limit } = out.call
    const stuck = answer.drain && this.#slots.empty && limit > 0 && out.call.results.length === 0
    this.#draining = answer.drain
    if (answer.paused) this.#wanted = false
    else if (limit > 0) this.#wanted = (answer.more || answer.drain || answer.messages.length >= limit) && !stuck
    if (this.#woken) this.#wanted = true
    this.#alarms.arm(answer)
    this.#overlap(answer.messages.length)
    if (answer.messages.length > 0) this.#take(answer, out.call.nonce)
    if (this.#overdue && !this.#out) this.#onDue()
    this.#consider()
  }

  /** With much in hand and much to settle, the next call leaves before the handlers run: then the store works while they do. */
  #overlap(coming: number): void {
    if (!this.#wanted || this.#draining || this.#results.length < overlapFrom) return
    this.#coming = coming
    if (this.#limit() >= overlapFrom) this.#send()
    this.#coming = 0
  }

  #take(answer: ClaimAnswer, nonce: string): void {
    const attempts = answer.messages.map((message) => new Attempt(message, nonce, this.#reports.tell))
    if (this.#phase === 'running') this.#slots.take(attempts)
    else for (const attempt of attempts) this.#handBack(attempt)
  }

  #onFailure(out: Out, error: unknown): void {
    if (this.#out !== out) return
    this.#options.hooks.onError(error)
    if (isMillraceError(error, 'CONNECTION_CLOSED')) {
      void this.stop().catch(this.#options.hooks.onError)
      this.abortRunning()
      this.#options.hooks.onConnectionClosed()
      return
    }
    if (isMillraceError(error, 'CALL_OUTDATED')) {
      this.#out = undefined
      this.#lose()
      return
    }
    out.tries += 1
    const waitMs = Math.min(lastRepeatMs, firstRepeatMs * 2 ** (out.tries - 1))
    this.#alarms.repeat(waitMs * (0.5 + Math.random() / 2))
  }

  #settled(out: Out, outcomes: readonly Outcome[]): void {
    const { results } = out.call
    for (let index = 0; index < results.length; index += 1) {
      if (outcomes[index] === 'stale') continue
      const attempt = out.attempts[index] as Attempt
      this.#options.hooks.onSettled(attempt, results[index] as Result, attempt.runMs)
    }
  }

  /** The store gave this worker up: what it held may run elsewhere. */
  #lose(): void {
    const old = this.#lease
    const waiting = this.#slots.dropWaiting()
    for (const attempt of waiting) attempt.over = true
    const running = this.#slots.all()
    for (const attempt of running) this.#slots.evict(attempt, abortReason.leaseLost(old.id))
    this.#results.clear()
    this.#out = undefined
    this.#draining = false
    this.#registered = false
    void old.end().catch(this.#options.hooks.onError)
    this.#options.hooks.onLeaseLost(old.id, waiting.length + running.length)
    this.#number = 0
    this.#lease = this.#newLease(this.#options.store, this.#options.leaseMs)
    if (this.#phase === 'running') this.#lease.listen()
  }

  readonly #onRenewed = (answer: RenewAnswer): void => {
    if (!answer.held) this.#lose()
    else this.#alarms.arm(answer)
  }

  readonly #onSignal = (signal: WorkerSignal): void => {
    if (signal.kind === 'wake') {
      this.#registered = false
      this.#wake()
      return
    }
    const attempt = this.#slots.all().find((each) => each.claim.id === signal.id)
    if (!attempt) return
    this.#slots.evict(attempt, abortReason.cancelled(signal.id))
    // Should the claim stand after all, it is handed back; else this is one more stale result.
    this.#handBack(attempt)
    this.#consider()
  }

  readonly #rescue = async (): Promise<void> => {
    try {
      for (let more = true; more && this.#phase !== 'stopped';) more = (await this.#options.store.rescue(this.#options.leaseMs)).more
    } catch (error) {
      this.#options.hooks.onError(error)
    }
  }

  // ── what attempts end in ───────────────────────────────────────────────────

  #handBack(attempt: Attempt): void {
    attempt.over = true
    this.#results.push({ id: attempt.claim.id, nonce: attempt.nonce, kind: 'released' }, attempt)
  }

  readonly #onEnd = (attempt: Attempt, verdict: Verdict, together: number): void => {
    const now = this.#options.clock.now()
    const runMs = now - attempt.startedAt
    const { claim } = attempt
    attempt.runMs = runMs
    attempt.verdict = verdict
    this.#prefetch.ran(runMs, together)
    const startedAtMs = attempt.startedAt + this.#storeOffsetMs
    const nowMs = now + this.#storeOffsetMs
    const totalMs = verdict.kind === 'done' ? nowMs - (claim.scheduledForMs ?? claim.createdAtMs) : undefined
    this.#options.hooks.onTimes(attempt, { waitMs: startedAtMs - claim.readyAtMs, runMs, totalMs, nowMs })
    const ran = { worker: this.#lease.id, startedAtMs, runMs }
    const result = resultOf(attempt, verdict, this.#options.settings, ran, this.#options.hooks.onError)
    const reported = this.#reports.finish(attempt)
    if (reported) void this.#pushAfter(reported, result, attempt)
    else this.#results.push(result, attempt)
    this.#consider()
  }

  /** The result follows what the handler reported last, unless the lease was lost meanwhile. */
  async #pushAfter(reported: Promise<void>, result: Result, attempt: Attempt): Promise<void> {
    const lease = this.#lease
    this.#held += 1
    await reported
    this.#held -= 1
    if (lease !== this.#lease) return
    this.#results.push(result, attempt)
    this.#consider()
  }
}
