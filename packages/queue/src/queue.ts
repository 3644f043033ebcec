import { MillraceError } from '@millrace/connection'
import type { Connection, Log } from '@millrace/connection'
import { requireObject, shown } from './check.ts'
import { atIndex, conflict, enqueued, withOutcomes } from './enqueued.ts'
import type { Enqueued } from './enqueued.ts'
import { IdSource } from './id-source.ts'
import { localWorkers } from './local-wake.ts'
import type { LocalWorker } from './local-wake.ts'
import { newMessage, requireId } from './new-message.ts'
import type { MessageMould } from './new-message.ts'
import { requireQueueOptions, resolveSettings } from './options.ts'
import type { EnqueueOptions, QueueOptions, ResolvedSettings } from './options.ts'
import { requireChosen, requireQuery, requireRedriveOptions } from './operator-options.ts'
import type { RedriveOptions } from './operator-options.ts'
import { encodePayload } from './payload.ts'
import { Producer } from './producer.ts'
import { requireQueueName } from './queue-name.ts'
import { queueStats } from './queue-stats.ts'
import type { QueueStats } from './queue-stats.ts'
import { registerQueue } from './registry.ts'
import { listed, ScheduleBook } from './schedule/schedule-book.ts'
import type { Schedule } from './schedule/schedule-book.ts'
import { requireDefinition, requireScheduleName } from './schedule/schedule-options.ts'
import type { ScheduleOptions } from './schedule/schedule-options.ts'
import { PayloadSchema } from './schema/payload-schema.ts'
import { openStore } from './store/open-store.ts'
import { maxMessagesPerCall } from './store/store.ts'
import type {
  CancelOutcome,
  EnqueueStatus,
  MessagePage,
  MessageQuery,
  NewMessage,
  PurgeState,
  Selection,
  SliceAnswer,
  Store,
  StoredMessage,
} from './store/store.ts'
import { TimesReader } from './times/reader.ts'
import type { Minute } from './times/minute.ts'

/** One of many: the payload and what `enqueue` takes as options, in one object. */
export type EnqueueItem<Payload = unknown> = EnqueueOptions & { readonly payload: Payload }

/** What messages wait, not counting those that run. */
export interface QueueSize {
  readonly queue: string
  readonly size: number
  readonly ready: number
  readonly scheduled: number
  readonly active: number
}

/** What the other parts of the engine need of a queue. */
export interface QueueCore {
  readonly name: string
  readonly connection: Connection
  readonly store: Store
  readonly settings: ResolvedSettings
  readonly schema: PayloadSchema | undefined
  readonly ids: IdSource
  readonly localWorkers: Set<LocalWorker>
  readonly log: Log | undefined
}

const idSources = new WeakMap<Connection, IdSource>()

let openCore: (queue: Queue) => QueueCore

/** The inside of a queue, for the other parts of the engine. */
export function coreOf(queue: Queue): QueueCore {
  return openCore(queue)
}

/**
 * One named queue: where messages are put, looked at and repaired. Making one sends nothing; the queue exists from its first enqueue or
 * worker. Many objects may stand for the same queue, in many processes.
 *
 * `Payload` is what handlers get, `Input` what producers give: they differ where a schema changes what it checks (a default, a text that
 * becomes a Date). Both follow from the schema; without one, `new Queue<Payload>(…)` is the caller's word.
 *
 * Every method rejects STORE_UNAVAILABLE when the store stays away: `details.outcome` says whether it was not read, never
 * sent, or is unknown; repeating is safe where an `id` was given.
 */
export class Queue<Payload = unknown, Input = Payload> {
  readonly name: string
  readonly #core: QueueCore
  readonly #mould: MessageMould
  readonly #producer: Producer
  readonly #times: TimesReader
  readonly #schedules: ScheduleBook
  #forgetState: (() => void) | undefined

  static {
    openCore = (queue) => queue.#core
  }

  /** @throws QUEUE_NAME_INVALID, OPTION_INVALID */
  constructor(name: string, options: QueueOptions<Payload, Input>) {
    this.name = requireQueueName(name)
    const given = requireQueueOptions(options)
    const { connection } = given
    const settings = resolveSettings('Queue', given)
    const store = given.store ?? openStore(connection, this.name)
    const workers = localWorkers(given.store ?? connection, this.name)
    const schema = given.schema === undefined ? undefined : new PayloadSchema(given.schema)
    this.#core = { name: this.name, connection, store, settings, schema, ids: idsOf(connection), localWorkers: workers, log: given.log }
    this.#mould = { ids: this.#core.ids }
    this.#producer = new Producer({
      store,
      maxLength: settings.maxLength,
      localWorkers: workers,
      introduce: () => {
        this.#forgetState ??= connection.onState((state) => {
          if (state === 'up') this.#producer.onUp()
        })
        return registerQueue(connection, this.name)
      },
      fillRatio: () => connection.fillRatio,
    })
    this.#times = new TimesReader(connection, this.name)
    this.#schedules = new ScheduleBook(connection, store, this.name)
  }

  /**
   * Puts one message in the queue. Calls made in one turn of the event loop travel together, and each has an answer of its own.
   *
   * @returns once the store has it: from then on it is delivered until it completes, is cancelled, or is dead with a reason
   * @throws PAYLOAD_INVALID  it does not fit the queue's schema; the message names each path, and nothing was sent
   * @throws PAYLOAD_NOT_JSON, PAYLOAD_TOO_DEEP, PAYLOAD_TOO_LARGE, PRIORITY_INVALID, DELAY_INVALID, SCHEDULE_INVALID, ID_INVALID, OPTION_INVALID  nothing was sent
   * @throws ID_CONFLICT           the id is taken by a message with another payload
   * @throws QUEUE_FULL, STORE_FULL, QUEUE_CLOSED  nothing was stored
   * @throws STORE_UNAVAILABLE     outcome unknown; with an `id`, trying again is safe
   */
  enqueue(payload: Input, options?: EnqueueOptions): Promise<Enqueued> {
    try {
      const text = this.#encode(payload)
      if (typeof text === 'string') return this.#add(newMessage(text, options, this.#mould))
      return text.then((checked) => this.#add(newMessage(checked, options, this.#mould)))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Puts many messages in the queue, in calls of up to 250. All are checked before the first is sent.
   *
   * @param items `{ payload, ...options }` each
   * @returns one answer an item, same order
   * @throws what `enqueue` throws; nothing was sent when an item is bad. When a call failed, `error.details.outcomes` says for each item
   *         `added`, `duplicate`, `conflict`, `refused` (not stored) or `unknown`, and `error.details.ids` which id it has: an unknown one may
   *         be given again under that id.
   */
  async enqueueMany(items: readonly EnqueueItem<Input>[]): Promise<Enqueued[]> {
    if (!Array.isArray(items)) throw new MillraceError('OPTION_INVALID', `enqueueMany: expected an array of items, got ${shown(items)}`)
    const made = items.map((item: EnqueueItem<Input>, index) => {
      try {
        requireObject('enqueueMany', item)
        const { payload, ...options } = item
        const text = this.#encode(payload)
        if (typeof text === 'string') return newMessage(text, options, this.#mould)
        return text.then(
          (checked) => newMessage(checked, options, this.#mould),
          (error: unknown) => Promise.reject(atIndex(error, index)),
        )
      } catch (error) {
        throw atIndex(error, index)
      }
    })
    const all = allOf(made)
    // Without waiting, so that calls of one turn stay in their order.
    const messages = all instanceof Promise ? await all : all
    const { statuses, error } = await this.#producer.addMany(messages)
    const ids = messages.map((message) => message.id)
    if (error !== undefined) throw withOutcomes(error, statuses, ids)
    const clash = statuses.indexOf('conflict')
    if (clash >= 0) throw withOutcomes(conflict(this.name, ids[clash] as string), statuses, ids)
    return ids.map((id, index) => enqueued(this.name, id, statuses[index] as EnqueueStatus))
  }

  /** True once something was enqueued or a worker began. */
  async exists(): Promise<boolean> {
    const [stats, settings] = await Promise.all([this.#core.store.inspect.stats(), this.#core.store.inspect.settings()])
    return stats.totals.enqueued > 0 || settings !== undefined
  }

  /** Counts, rates and times of the queue. @throws QUEUE_NOT_FOUND nothing was enqueued and no worker began */
  async stats(): Promise<QueueStats> {
    const { inspect } = this.#core.store
    const [stats, settings, times] = await Promise.all([inspect.stats(), inspect.settings(), this.#times.lastHour()])
    if (stats.totals.enqueued === 0 && settings === undefined) throw notFound(this.name)
    return queueStats({ name: this.name, stats, settings, times, own: this.#core.settings })
  }

  /** How many messages wait: size = ready + scheduled. @throws QUEUE_NOT_FOUND */
  async size(): Promise<QueueSize> {
    const { inspect } = this.#core.store
    const [{ counts, totals }, settings] = await Promise.all([inspect.stats(), inspect.settings()])
    if (totals.enqueued === 0 && settings === undefined) throw notFound(this.name)
    const { ready, scheduled, active } = counts
    return { queue: this.name, size: ready + scheduled, ready, scheduled, active }
  }

  /** Wait, run and total times of the minutes from `fromMs` to now, oldest first, one entry a minute that has any. At most 180 minutes are kept. */
  times(fromMs: number): Promise<Minute[]> {
    return this.#times.since(fromMs)
  }

  /** One message with its attempts, log and progress; undefined when nothing is known of it. */
  async message(id: string): Promise<StoredMessage | undefined> {
    return this.#core.store.inspect.message(requireId(id))
  }

  /**
   * A page of messages in one state, at most 250; completed ones are looked for among the newest 10,000.
   *
   * @throws OPTION_INVALID naming the field, or a cursor that no page of these messages gave
   */
  async messages(query: MessageQuery): Promise<MessagePage> {
    return this.#core.store.inspect.messages(requireQuery(query))
  }

  /** Removes a waiting message, or takes an active one from its worker, whose signal aborts. */
  async cancel(id: string): Promise<CancelOutcome> {
    return this.#core.store.cancel(requireId(id))
  }

  /**
   * Makes dead messages ready again (or scheduled in `delayMs`), with their attempts counted from zero; those with `ids`, or the oldest
   * `limit` (all, when neither is given). With `payload`, one id, under that payload. With `undo`, messages a redrive scheduled are dead again.
   *
   * A message takes its dedupe key again; one whose key another message holds by now stays dead and is not counted.
   *
   * @returns how many were changed
   * @throws STATE_CONFLICT  none was changed, because other messages hold their dedupe keys
   * @throws OPTION_INVALID, ID_INVALID, PAYLOAD_INVALID, PAYLOAD_NOT_JSON, PAYLOAD_TOO_DEEP, PAYLOAD_TOO_LARGE  nothing was changed
   */
  async redrive(selection: Partial<{ ids: readonly string[]; limit: number }> = {}, options: RedriveOptions<Input> = {}): Promise<number> {
    const chosen = requireChosen('redrive', selection)
    const { payload, ...rest } = requireRedriveOptions(options)
    const text = payload === undefined ? undefined : await this.#encode(payload)
    const sent = { ...rest, ...(text === undefined ? {} : { payload: text }) }
    let skip = 0
    const changed = await inSlices(chosen, async (slice) => {
      const answer = await this.#core.store.redrive(slice, { ...sent, skip })
      skip += answer.blocked
      return answer
    })
    if (changed > 0 || skip === 0) return changed
    throw new MillraceError(
      'STATE_CONFLICT',
      `redrive: ${skip === 1 ? 'the message stays' : `${skip.toLocaleString('en-US')} messages stay`} dead, because another message holds its dedupe key; cancel that one or let it end`,
    )
  }

  /** Makes scheduled messages ready now: those with `ids`, or the first `limit` (all, when neither is given). @returns how many @throws OPTION_INVALID, ID_INVALID */
  async promote(selection: Partial<{ ids: readonly string[]; limit: number }> = {}): Promise<number> {
    return inSlices(requireChosen('promote', selection), (slice) => this.#core.store.promote(slice))
  }

  /** Removes waiting (ready and scheduled), dead or completed messages for good, in slices of 250. Never active ones. @returns how many */
  async purge(state: PurgeState = 'waiting'): Promise<number> {
    if (!['waiting', 'dead', 'completed'].includes(state)) {
      throw new MillraceError('OPTION_INVALID', `purge: \`state\` must be waiting, dead or completed, got ${shown(state)}`)
    }
    return inSlices({ limit: Number.POSITIVE_INFINITY }, () => this.#core.store.purge(state, maxMessagesPerCall))
  }

  /**
   * Has a message put in this queue at given times, or changes what `name` did before; a definition that is the same changes nothing, so
   * that every start of an application may say it. Each time is a slot that fires once, however many processes there are, by the store's
   * clock; the message's id is `schedule:<name>:<slot in UTC>`, and its `name` the schedule's. The workers of this queue fire, one of them
   * at a time, within 20 s of the end of the one that did; while there is none, nothing fires, and `missed` says what comes of it.
   *
   * A change of the times counts from now on. Costs nothing but one reading a minute and worker while a queue has no schedules; with some,
   * about 15 calls a minute of each worker, and two or three a message.
   *
   * @throws SCHEDULE_INVALID, OPTION_INVALID, PAYLOAD_INVALID, PAYLOAD_NOT_JSON, PAYLOAD_TOO_LARGE, PRIORITY_INVALID  nothing was changed
   */
  async schedule(name: string, options: ScheduleOptions<Input>): Promise<Schedule> {
    requireScheduleName(name)
    const payload = await this.#encode(requireObject('schedule', options) && options.payload)
    const definition = requireDefinition(options, payload)
    newMessage(payload, { ...definition.options, id: name }, this.#mould)
    await registerQueue(this.#core.connection, this.name)
    return this.#schedules.put(name, definition)
  }

  /** All schedules of this queue by name, with their next and last slot; at most 1,000. O(schedules). */
  async schedules(): Promise<Schedule[]> {
    return (await this.#schedules.readAll()).map(listed)
  }

  /** Removes a schedule; what it put in the queue stays there. @returns whether there was one */
  async unschedule(name: string): Promise<boolean> {
    return this.#schedules.remove(requireScheduleName(name))
  }

  /** No slot of it fires until `resumeSchedule`; those that pass meanwhile are not missed. @throws SCHEDULE_NOT_FOUND */
  async pauseSchedule(name: string): Promise<void> {
    return this.#schedules.pause(requireScheduleName(name), true)
  }

  /** @throws SCHEDULE_NOT_FOUND */
  async resumeSchedule(name: string): Promise<void> {
    return this.#schedules.pause(requireScheduleName(name), false)
  }

  /** `purge('completed')`. */
  clearCompleted(): Promise<number> {
    return this.purge('completed')
  }

  /** No message is given out until `resume`; enqueue and what runs go on. */
  pause(): Promise<void> {
    return this.#core.store.pause()
  }

  resume(): Promise<void> {
    return this.#core.store.resume()
  }

  /** Takes no more messages in this process; resolves when those on their way are answered. The connection and the workers stay open. */
  async close(): Promise<void> {
    await this.#producer.close()
    this.#forgetState?.()
  }

  /** The JSON text of a payload; a promise only where the schema is asynchronous. */
  #encode(payload: unknown): string | Promise<string> {
    const { schema, settings } = this.#core
    return schema === undefined ? encodePayload(payload, settings.maxPayloadBytes) : schema.encode(payload, settings.maxPayloadBytes)
  }

  #add(message: NewMessage): Promise<Enqueued> {
    const { id } = message
    return this.#producer.add(message).then((status) => enqueued(this.name, id, status))
  }
}

async function inSlices(selection: Selection, change: (slice: Selection) => Promise<SliceAnswer>): Promise<number> {
  let changed = 0
  if ('ids' in selection) {
    for (let start = 0; start < selection.ids.length; start += maxMessagesPerCall) {
      changed += (await change({ ids: selection.ids.slice(start, start + maxMessagesPerCall) })).changed
    }
    return changed
  }
  for (let more = true; more && changed < selection.limit;) {
    const answer = await change({ limit: Math.min(maxMessagesPerCall, selection.limit - changed) })
    changed += answer.changed
    more = answer.more
  }
  return changed
}

/** Waits only where something is awaited. */
function allOf<Value>(values: readonly (Value | Promise<Value>)[]): readonly Value[] | Promise<readonly Value[]> {
  if (!values.some((value) => value instanceof Promise)) return values as readonly Value[]
  return Promise.all(values.map((value) => Promise.resolve(value)))
}

function idsOf(connection: Connection): IdSource {
  let ids = idSources.get(connection)
  if (!ids) idSources.set(connection, (ids = new IdSource(connection.processNumber)))
  return ids
}

function notFound(queue: string): MillraceError {
  return new MillraceError('QUEUE_NOT_FOUND', `there is no queue '${queue}': a queue exists from its first enqueue or worker`)
}
