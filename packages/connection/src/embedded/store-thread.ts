import { dirname } from 'node:path'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { isMainThreadStalled } from '../alive-signal.ts'
import { toFailure } from './call-failure.ts'
import { DiskGauge } from './disk-gauge.ts'
import { GroupCommit, isBroken } from './group-commit.ts'
import { LogSync } from './log-sync.ts'
import { ProcedureTable } from './procedure-table.ts'
import { openStore } from './store-file.ts'
import { answersMessage, copyableAnswers } from './thread-answers.ts'
import { viewControl } from './thread-messages.ts'
import type { MessagePort } from 'node:worker_threads'
import type { CallFailure } from './call-failure.ts'
import type { GroupCall } from './group-commit.ts'
import type { OpenedStore } from './store-file.ts'
import type { Answer, WaitingCall } from './thread-answers.ts'
import type { AnswersMessage, Control, FromThread, ThreadStart, ToThread } from './thread-messages.ts'

/** At most this many calls in one group; it also ends after some time, see group-commit.ts. */
const maxCalls = 1_000

/** What is not a call; while a promise it gave is open, everything behind it waits. */
type Action = () => Promise<void> | void

/**
 * The store's thread: takes what the main thread sent, in order, runs calls in groups, and answers a group with one message.
 * All that is not a call takes its place in the same order, so a closing store first finishes what came before.
 */
class StoreThread {
  readonly #port: MessagePort
  readonly #file: string
  readonly #control: Control
  readonly #store: OpenedStore
  readonly #group: GroupCommit
  readonly #logSync: LogSync | undefined
  readonly #gauge: DiskGauge
  readonly #procedures: ProcedureTable
  readonly #pulses = new Map<number, NodeJS.Timeout>()
  #waiting: (WaitingCall | Action)[] = []
  #testMs: number | undefined
  #changes = 0
  #shortenedAtMs = -Infinity
  #held = false
  #planned = false
  #closed = false
  #broken: CallFailure | undefined

  constructor(port: MessagePort, start: ThreadStart) {
    this.#port = port
    this.#file = start.file
    this.#control = viewControl(start.control)
    this.#gauge = new DiskGauge(dirname(start.file))
    this.#store = openStore(start.file, start.durability)
    this.#group = new GroupCommit(this.#store.database, () => Math.round((this.#testMs ?? Date.now()) * 1_000))
    // With synchronous = FULL every commit syncs the log itself.
    if (start.durability === 'crash-safe') this.#logSync = new LogSync(start.file, (error) => this.#break(error))
    this.#logSync?.touch()
    this.#procedures = new ProcedureTable({
      file: start.file,
      group: this.#group,
      gauge: this.#gauge,
      onPrepared: () => this.#logSync?.touch(),
    })
    port.on('message', (message: ToThread) => {
      this.#take(message)
      this.#turn()
    })
    this.#post({ kind: 'ready', processNumber: this.#store.processNumber, version: this.#store.version })
  }

  #take(message: ToThread): void {
    switch (message.kind) {
      case 'calls':
        for (const [index, id] of message.ids.entries()) {
          this.#waiting.push({ id, procedure: message.procedures[index] as number, value: message.values[index] })
        }
        return
      case 'procedure':
        this.#waiting.push(() => this.#procedures.load(message.procedure))
        return
      case 'pulse':
        this.#waiting.push(() => this.#startPulse(message))
        return
      case 'stop-pulse':
        // Before the queue, so that nothing starts from now on; the answer comes behind what has started.
        clearInterval(this.#pulses.get(message.pulse))
        this.#waiting.push(() => {
          clearInterval(this.#pulses.get(message.pulse))
          this.#pulses.delete(message.pulse)
          this.#post({ kind: 'done', id: message.id })
        })
        return
      case 'clock':
        this.#waiting.push(() => {
          this.#testMs = message.ms
          this.#post({ kind: 'done', id: message.id })
        })
        return
      case 'ping':
        this.#waiting.push(() => this.#post({ kind: 'done', id: message.id }))
        return
      case 'close':
        this.#waiting.push(() => this.#close())
    }
  }

  #startPulse(message: ToThread & { kind: 'pulse' }): void {
    const { pulse, procedure, value, everyMs, maxStallMs } = message
    const beat = () => {
      if (isMainThreadStalled(this.#control.aliveNs, maxStallMs)) return
      this.#waiting.push({ pulse, procedure, value })
      this.#turn()
    }
    this.#pulses.set(pulse, setInterval(beat, everyMs))
  }

  /** Does the actions at the head and one group of calls behind them; the rest gets another turn, so that timers run in between. */
  #turn(): void {
    if (this.#held || this.#closed) return
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) this.#take(next.message as ToThread)
    if (Atomics.load(this.#control.leaving, 0) === 1) {
      this.#waiting = []
      return this.#close()
    }
    let done = 0
    for (let entry = this.#waiting[done]; typeof entry === 'function' && !this.#held; entry = this.#waiting[done]) {
      done++
      const open = entry()
      if (open) this.#hold(open)
    }
    if (this.#closed) return
    if (!this.#held) {
      const calls: WaitingCall[] = []
      for (
        let entry = this.#waiting[done];
        entry && typeof entry !== 'function' && calls.length < maxCalls;
        entry = this.#waiting[done + calls.length]
      ) {
        calls.push(entry)
      }
      if (calls.length > 0) done += this.#run(calls)
    }
    this.#waiting = this.#waiting.slice(done)
    if (this.#waiting.length > 0) this.#plan()
  }

  #hold(open: Promise<void>): void {
    this.#held = true
    void open.then(() => {
      this.#held = false
      this.#turn()
    })
  }

  #plan(): void {
    if (this.#planned || this.#held) return
    this.#planned = true
    setImmediate(() => {
      this.#planned = false
      this.#turn()
    })
  }

  /** Answers the first of these calls, as many as fit a group, and says how many. */
  #run(calls: readonly WaitingCall[]): number {
    if (this.#broken) return this.#refuse(calls, this.#broken)
    const group: GroupCall[] = []
    try {
      for (const call of calls) {
        const { module, failure } = this.#procedures.ready(call.procedure)
        if (!module) {
          if (group.length === 0) return this.#refuse([call], failure)
          break
        }
        group.push({ module, argument: call.value })
      }
      const { outcomes, published } = this.#group.run(group)
      const answers = outcomes.map((outcome): Answer => (outcome.ok ? outcome : { failure: toFailure(outcome.error, this.#file) }))
      this.#answer(calls.slice(0, answers.length), answers, published)
      this.#noteChanges()
      return answers.length
    } catch (error) {
      if (!isBroken(error)) return this.#refuse(calls, toFailure(error, this.#file))
      return this.#refuse(calls, this.#break(error))
    }
  }

  #noteChanges(): void {
    const changes = Number(this.#store.countChanges.get()?.['n'])
    if (changes === this.#changes) return
    this.#changes = changes
    this.#logSync?.touch()
    if (this.#gauge.fillRatio() !== null) this.#shortenLog()
  }

  /** On a nearly full disk the log is moved into the file each second, so that it never takes the room the file needs to take it in. */
  #shortenLog(): void {
    if (performance.now() - this.#shortenedAtMs < 1_000) return
    this.#shortenedAtMs = performance.now()
    try {
      this.#store.database.exec('PRAGMA wal_checkpoint(PASSIVE)')
    } catch (error) {
      if (isBroken(error)) this.#break(error)
    }
  }

  #refuse(calls: readonly WaitingCall[], failure: CallFailure): number {
    this.#answer(
      calls,
      calls.map(() => ({ failure })),
      [],
    )
    return calls.length
  }

  #answer(calls: readonly WaitingCall[], answers: readonly Answer[], published: AnswersMessage['published']): void {
    try {
      this.#post(answersMessage(calls, answers, published))
    } catch {
      // One answer that cannot be copied between threads must not take its neighbours along.
      this.#post(answersMessage(calls, copyableAnswers(answers, this.#file), published))
    }
  }

  #break(error: unknown): CallFailure {
    if (this.#broken) return this.#broken
    const { message, ...cause } = toFailure(error, this.#file)
    this.#broken = {
      ...cause,
      code: 'STORE_UNAVAILABLE',
      message: isBroken(error)
        ? message
        : `The log of ${this.#file} could not be synced (${message}). Nothing more is written by this process; check the disk, then start it again.`,
    }
    this.#post({ kind: 'broken', failure: this.#broken })
    return this.#broken
  }

  #close(): void {
    this.#closed = true
    for (const timer of this.#pulses.values()) clearInterval(timer)
    try {
      this.#logSync?.close()
      // The library may close the file only when the thread ends; what it would do then is done here, where it may take its time.
      if (!this.#broken) this.#store.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      this.#store.database.close()
    } catch (error) {
      this.#break(error)
    }
    Atomics.store(this.#control.closed, 0, 1)
    Atomics.notify(this.#control.closed, 0)
    this.#port.close()
  }

  #post(message: FromThread): void {
    this.#port.postMessage(message)
  }
}

const port = parentPort as MessagePort
const start = workerData as ThreadStart
try {
  new StoreThread(port, start)
} catch (error) {
  port.postMessage({ kind: 'not-opened', failure: toFailure(error, start.file) } satisfies FromThread)
  const { closed } = viewControl(start.control)
  Atomics.store(closed, 0, 1)
  Atomics.notify(closed, 0)
  port.close()
}
