import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Queue, Worker } from 'millrace'
import type { Connection, KeyValue, Log, Message } from 'millrace'
import { concurrency, failureOf, messagesAt, tickMs, workMs } from './plan.ts'
import type { SampleMessage } from './plan.ts'

/** The queue that holds nothing but sample messages. */
export const sampleQueue = 'sample'

/** A run of the sample, in whichever process. */
export interface SampleRun {
  readonly startedAtMs: number
  readonly endsAtMs: number
  readonly by: string | null
}

/** A run as it is written down: the id tells it from another of the same time. */
interface WrittenRun extends SampleRun {
  readonly id: string
}

const key = 'running'
/** A process that died is no longer running it after this, ms. */
const heldMs = 5_000

/**
 * Messages made up for newcomers: a stream with bursts over the four levels, and invoices that fail. One process runs it at a time, for
 * a time that was said before; any process that shares the store tells of it and may stop it. Nothing exists before the first start.
 */
export class SampleTraffic {
  readonly #connection: Connection
  readonly #keyValue: KeyValue
  readonly #log: Log
  #running: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(connection: Connection, log: Log) {
    this.#connection = connection
    this.#keyValue = connection.keyValue('workspace-sample')
    this.#log = log
  }

  /** The run that goes on now, in this or another process. */
  async current(): Promise<SampleRun | undefined> {
    const text = await this.#keyValue.get(key)
    return text === undefined ? undefined : (JSON.parse(text) as WrittenRun)
  }

  /** Starts a run of `minutes`, 1…30; one that goes on already is answered as it is. */
  async start(minutes: number, by: string | null): Promise<SampleRun> {
    const startedAtMs = Date.now()
    const run: WrittenRun = { id: randomBytes(8).toString('hex'), startedAtMs, endsAtMs: startedAtMs + minutes * 60_000, by }
    const text = JSON.stringify(run)
    if (!(await this.#keyValue.compareAndSet(key, undefined, text, { ttlMs: heldMs }))) return (await this.current()) ?? run
    this.#running = this.#run(run, text).catch((error: unknown) => this.#log.warn({ err: error }, 'the sample traffic ended early'))
    return run
  }

  /** Ends the run within a second, wherever it is. What waits of it is removed; its dead messages stay to be looked at. */
  async stop(): Promise<void> {
    await this.#keyValue.delete(key)
    await this.#running
  }

  /** Ends what this process runs. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  async #run(run: WrittenRun, text: string): Promise<void> {
    const options = { connection: this.#connection, log: this.#log, maxRetries: 2, retryDelay: 2, isSample: true }
    const queue = new Queue(sampleQueue, options)
    const worker = new Worker(queue, (message, { signal }) => handle(message, signal), { concurrency })
    try {
      for (let tick = 0; !this.#isClosed && Date.now() < run.endsAtMs; tick += 1) {
        // Whoever deleted or replaced the record has ended this run.
        if (!(await this.#keyValue.compareAndSet(key, text, text, { ttlMs: heldMs }))) break
        const items = messagesAt(tick).map(({ name, priority }, number) => ({ payload: { sample: true, tick, number }, name, priority }))
        await queue.enqueueMany(items)
        await wait(tickMs)
      }
    } finally {
      await this.#keyValue.compareAndSet(key, text, undefined)
      await worker.close({ deadlineMs: 1_000 })
      await queue.purge()
      await queue.close()
    }
  }
}

async function handle(message: Message, signal: AbortSignal): Promise<void> {
  const name = message.name as SampleMessage['name']
  await wait(workMs(name, Math.random()), undefined, { signal })
  const failure = failureOf(name, Math.random())
  if (failure !== undefined) throw new Error(failure)
}
