import { isMillraceError, MillraceError } from '@millrace/connection'
import type { Connection } from '@millrace/connection'
import { Queue, queueNames } from '@millrace/queue'
import type { MessageQueueService, QueueSize, QueueStats } from '@millrace/queue'

/**
 * Every queue of the store: those of the application's service, and those that other processes made. Nothing is ever created by
 * asking for it.
 */
export class QueueDirectory {
  readonly #connection: Connection
  readonly #service: MessageQueueService | undefined
  /** Queues of other processes that were found to exist; they never cease to. */
  readonly #others = new Map<string, Queue>()

  constructor(connection: Connection, service: MessageQueueService | undefined) {
    this.#connection = connection
    this.#service = service
  }

  /** Ascending by bytes. */
  async names(): Promise<string[]> {
    const found = await queueNames(this.#connection)
    return [...new Set([...(this.#service?.queueNames ?? []), ...found])].toSorted((one, other) => (one < other ? -1 : 1))
  }

  /** Those that have figures, in the order of `names`. */
  async getAllQueueStats(): Promise<QueueStats[]> {
    const stats = await Promise.all((await this.names()).map((name) => this.stats(name).catch(unlessGone)))
    return stats.filter((queue) => queue !== undefined)
  }

  /** @throws MillraceError QUEUE_NOT_FOUND naming those that exist */
  async queue(name: string): Promise<Queue> {
    if (this.#serves(name)) return this.#service!.queue(name)
    const known = this.#others.get(name)
    if (known !== undefined) return known
    const names = await this.names()
    if (!names.includes(name)) throw notFound(name, names)
    const queue = new Queue(name, { connection: this.#connection })
    this.#others.set(name, queue)
    return queue
  }

  /** @throws MillraceError QUEUE_NOT_FOUND */
  async stats(name: string): Promise<QueueStats> {
    // The service first makes known how its queues are run, so that the figures are complete before the first message.
    return this.#serves(name) ? this.#service!.getQueueStats(name) : (await this.queue(name)).stats()
  }

  /** @throws MillraceError QUEUE_NOT_FOUND */
  async size(name: string): Promise<QueueSize> {
    return this.#serves(name) ? this.#service!.getQueueSize(name) : (await this.queue(name)).size()
  }

  /** Closes what was opened here; the service belongs to the application. */
  async close(): Promise<void> {
    await Promise.all([...this.#others.values()].map((queue) => queue.close()))
  }

  #serves(name: string): boolean {
    return this.#service?.queueNames.includes(name) ?? false
  }
}

/** A name that is known but holds nothing yet has no figures to list. */
function unlessGone(error: unknown): undefined {
  if (isMillraceError(error, 'QUEUE_NOT_FOUND')) return undefined
  throw error
}

function notFound(name: string, names: readonly string[]): MillraceError {
  const shown = names.slice(0, 20).join(', ')
  const there =
    names.length === 0
      ? 'There is none yet: a program makes one by its first enqueue or its first worker; over HTTP none is made.'
      : `There are ${shown}${names.length > 20 ? ` and ${names.length - 20} more` : ''}.`
  return new MillraceError('QUEUE_NOT_FOUND', `There is no queue ${name}. ${there}`)
}
