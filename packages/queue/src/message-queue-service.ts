import { isMillraceError, MillraceError, requireConnection } from '@millrace/connection'
import type { Connection, Log } from '@millrace/connection'
import { nearest, refuseUnknown, requireNumber, requireObject, shown } from './check.ts'
import type { Enqueued } from './enqueued.ts'
import { coreOf, Queue } from './queue.ts'
import type { QueueSize } from './queue.ts'
import type { EnqueueOptions, QueueSettings } from './options.ts'
import type { QueueStats } from './queue-stats.ts'
import { registerQueue } from './registry.ts'
import type { Schedule } from './schedule/schedule-book.ts'
import type { ScheduleOptions } from './schedule/schedule-options.ts'
import type { StandardSchema } from './schema/standard-schema.ts'
import { formatSettings } from './stored-settings.ts'
import type { BatchHandler } from './worker/handler.ts'
import { requireCloseOptions } from './worker/close.ts'
import { Worker } from './worker.ts'

/** How one queue of the application is run. */
export interface QueueConfig extends Pick<
  QueueSettings,
  'maxRetries' | 'retryDelay' | 'retention' | 'shares' | 'maxLength' | 'targetAgeMs'
> {
  /** What payloads must be; see QueueOptions. */
  readonly schema?: StandardSchema
  /** Messages the handler gets at most at once. 5…50. @defaultValue 10 */
  readonly batchSize?: number
  /** Batches a process runs at once. 1…1,000. @defaultValue 2 */
  readonly concurrency?: number
}

export interface MessageQueueServiceOptions {
  readonly connection: Connection
  /** Name → how it is run. @defaultValue the four of `defaultQueues` */
  readonly queues?: Readonly<Record<string, QueueConfig>>
  readonly log?: Log
}

/** The queues of an application that names none. */
export const defaultQueues: Readonly<Record<string, QueueConfig>> = {
  notifications: { batchSize: 10, maxRetries: 5 },
  'document-operations': { batchSize: 5 },
  'search-operations': { batchSize: 20 },
  analytics: { batchSize: 50 },
}

const serviceOptionNames: ReadonlySet<string> = new Set(['connection', 'queues', 'log'])
const configNames: ReadonlySet<string> = new Set([
  'schema',
  'batchSize',
  'concurrency',
  'maxRetries',
  'retryDelay',
  'retention',
  'shares',
  'maxLength',
  'targetAgeMs',
] satisfies (keyof QueueConfig)[])

interface ServedQueue {
  readonly queue: Queue
  readonly batchSize: number
  readonly concurrency: number
  readonly settings: string
  known: Promise<void> | undefined
  worker: Worker | undefined
}

/**
 * An application's set of queues, by name, each handled in batches. It owns no rules: it is a map from names to `Queue` and `Worker`.
 * Its queues exist from the moment it is made. Every method rejects QUEUE_NOT_FOUND for a name that is not configured.
 */
export class MessageQueueService {
  readonly #queues = new Map<string, ServedQueue>()
  readonly #connection: Connection

  /** @throws OPTION_INVALID, QUEUE_NAME_INVALID naming the queue, the field and what is allowed */
  constructor(options: MessageQueueServiceOptions) {
    const given = requireObject('MessageQueueService', options) as MessageQueueServiceOptions
    refuseUnknown('MessageQueueService', given, serviceOptionNames)
    this.#connection = requireConnection('MessageQueueService', given.connection)
    const configs = requireObject('MessageQueueService: queues', given.queues ?? defaultQueues) as Readonly<Record<string, QueueConfig>>
    for (const [name, config] of Object.entries(configs)) this.#queues.set(name, this.#serve(name, config, given))
    for (const served of this.#queues.values()) this.#introduce(served).catch(() => undefined)
  }

  /** The configured names, in the order they were given. */
  get queueNames(): string[] {
    return [...this.#queues.keys()]
  }

  /** The queue itself, for everything this service has no method for. @throws QUEUE_NOT_FOUND */
  queue(queueName: string): Queue {
    return this.#of(queueName).queue
  }

  /** As `Queue.enqueue`. */
  async enqueue(queueName: string, payload: unknown, options?: EnqueueOptions): Promise<Enqueued> {
    return this.#of(queueName).queue.enqueue(payload, options)
  }

  /**
   * Runs `handler` on the queue's messages in this process, in arrays of at most the queue's batch size, until `close`.
   *
   * @throws STATE_CONFLICT when this service already handles that queue
   */
  process(queueName: string, handler: BatchHandler): Worker {
    const served = this.#of(queueName)
    if (served.worker) throw new MillraceError('STATE_CONFLICT', `process: the queue '${queueName}' already has a handler in this service`)
    served.worker = new Worker(served.queue, handler, { batch: { size: served.batchSize }, concurrency: served.concurrency })
    return served.worker
  }

  getQueueStats(queueName: string): Promise<QueueStats> {
    return this.#ask(queueName, (queue) => queue.stats())
  }

  /** One entry a configured queue, in their order. */
  getAllQueueStats(): Promise<QueueStats[]> {
    return Promise.all(this.queueNames.map((name) => this.getQueueStats(name)))
  }

  getQueueSize(queueName: string): Promise<QueueSize> {
    return this.#ask(queueName, (queue) => queue.size())
  }

  /** As `Queue.schedule`; `process` must run somewhere for it to fire. */
  async schedule(queueName: string, name: string, options: ScheduleOptions): Promise<Schedule> {
    return this.#of(queueName).queue.schedule(name, options)
  }

  /** As `Queue.schedules`. */
  async getSchedules(queueName: string): Promise<Schedule[]> {
    return this.#of(queueName).queue.schedules()
  }

  /** As `Queue.unschedule`. */
  async unschedule(queueName: string, name: string): Promise<boolean> {
    return this.#of(queueName).queue.unschedule(name)
  }

  /** Removes the completed messages that are still kept; their counters stay. @returns how many */
  async clearCompleted(queueName: string): Promise<number> {
    return this.#of(queueName).queue.clearCompleted()
  }

  /** Closes the workers (see `Worker.close`), then the queues. The connection stays open. @throws OPTION_INVALID nothing was closed */
  async close(options: { readonly deadlineMs?: number } = {}): Promise<void> {
    requireCloseOptions('MessageQueueService.close', options)
    const all = [...this.#queues.values()]
    await Promise.all(all.flatMap(({ worker }) => (worker ? [worker.close(options)] : [])))
    await Promise.all(all.map((served) => served.queue.close()))
  }

  #serve(name: string, config: QueueConfig, options: MessageQueueServiceOptions): ServedQueue {
    const where = `MessageQueueService: queues.${name}`
    refuseUnknown(where, requireObject(where, config), configNames)
    const { batchSize = 10, concurrency = 2, ...settings } = config
    requireNumber(where, 'batchSize', batchSize, { min: 5, max: 50, whole: true })
    requireNumber(where, 'concurrency', concurrency, { min: 1, max: 1000, whole: true })
    const queue = new Queue(name, { ...settings, connection: options.connection, ...(options.log && { log: options.log }) })
    const text = formatSettings({ ...coreOf(queue).settings, batchSize, slots: batchSize * concurrency })
    return { queue, batchSize, concurrency, settings: text, known: undefined, worker: undefined }
  }

  /** A store that lost what it held, as a volatile one does that is started again, is told of the queue anew. */
  async #ask<Answer>(queueName: string, ask: (queue: Queue) => Promise<Answer>): Promise<Answer> {
    const served = this.#of(queueName)
    await this.#introduce(served)
    return ask(served.queue).catch(async (error: unknown) => {
      if (!isMillraceError(error, 'QUEUE_NOT_FOUND')) throw error
      served.known = undefined
      await this.#introduce(served)
      return ask(served.queue)
    })
  }

  /** Once; again after a failure. */
  #introduce(served: ServedQueue): Promise<void> {
    const { store, name } = coreOf(served.queue)
    served.known ??= (async () => {
      try {
        await registerQueue(this.#connection, name)
        if ((await store.inspect.settings()) !== served.settings) await store.configure(served.settings)
      } catch (error) {
        served.known = undefined
        throw error
      }
    })()
    return served.known
  }

  #of(queueName: string): ServedQueue {
    const served = this.#queues.get(queueName)
    if (served) return served
    const meant = typeof queueName === 'string' ? nearest(queueName, this.#queues.keys()) : undefined
    const hint = meant === undefined ? `it has ${this.queueNames.join(', ')}` : `did you mean '${meant}'?`
    throw new MillraceError('QUEUE_NOT_FOUND', `this service has no queue ${shown(queueName)}; ${hint}`)
  }
}
