import { MillraceError } from '@millrace/connection'
import type { Connection, KeyValue } from '@millrace/connection'
import type { Store } from '../store/store.ts'
import { timesRoom } from '../times/reader.ts'
import { nextSlot } from './slots.ts'
import type { Definition, ScheduledMessageOptions } from './schedule-options.ts'

/** One schedule of a queue, as it is now. Times are ms since 1970 by the store's clock. */
export interface Schedule {
  readonly name: string
  readonly cron: string | null
  readonly everyMs: number | null
  readonly timeZone: string
  readonly payload: unknown
  readonly options: ScheduledMessageOptions
  readonly missed: 'one' | 'skip' | 'all'
  readonly jitterMs: number
  readonly startAtMs: number | null
  readonly endAtMs: number | null
  readonly limit: number | null
  readonly paused: boolean
  /** null: paused, at its limit, or over. In the past: no worker came since. */
  readonly nextRunAtMs: number | null
  /** The slot it fired last, and the message that came of it. */
  readonly lastRun: { readonly slotAtMs: number; readonly id: string } | null
  /** Messages so far, as they were written down: one more may have come of a crash behind it. */
  readonly fired: number
}

/** What is stored of a schedule. */
export interface ScheduleRecord {
  readonly definition: Definition
  readonly paused: boolean
  /** Slots up to this one are done with, ms. */
  readonly cursorMs: number
  readonly fired: number
  readonly lastSlotMs: number | null
}

/** A record with the text it was read as, by which alone it is replaced. */
export interface StoredSchedule {
  readonly name: string
  readonly text: string
  readonly record: ScheduleRecord
}

const namesKey = 'schedules'
/** A queue reads all its schedules at once. */
const maxSchedules = 1000
/** Where the queues that have schedules are named, beside the names of all queues. */
const index = { room: 'queues', key: 'scheduled' } as const

/** The id of the message of one slot: the same from whichever process, so that the store takes it once. */
export function slotId(name: string, slotMs: number): string {
  return `schedule:${name}:${new Date(slotMs).toISOString()}`
}

/** The schedules of one queue, kept in the store: each one value, changed by compare-and-set, so that no process overwrites another's. */
export class ScheduleBook {
  readonly #connection: Connection
  readonly #keyValue: KeyValue
  readonly #store: Store
  readonly #queue: string

  constructor(connection: Connection, store: Store, queue: string) {
    this.#connection = connection
    this.#keyValue = connection.keyValue(timesRoom(queue))
    this.#store = store
    this.#queue = queue
  }

  /** The store's clock, ms. */
  async now(): Promise<number> {
    return (await this.#store.inspect.stats()).nowMs
  }

  names(): Promise<string[]> {
    return this.#keyValue.zrange(namesKey, 0, maxSchedules - 1)
  }

  /** undefined: it was removed. @throws STORE_CORRUPT */
  async read(name: string): Promise<StoredSchedule | undefined> {
    const text = await this.#keyValue.get(keyOf(name))
    if (text === undefined) return undefined
    try {
      return { name, text, record: JSON.parse(text) as ScheduleRecord }
    } catch (cause) {
      throw new MillraceError('STORE_CORRUPT', `the schedule '${name}' of the queue '${this.#queue}' cannot be read; remove it`, { cause })
    }
  }

  async readAll(): Promise<StoredSchedule[]> {
    const found = await Promise.all((await this.names()).map((name) => this.read(name)))
    return found.filter((each) => each !== undefined)
  }

  /** False when somebody else changed it meanwhile. */
  replace({ name, text }: StoredSchedule, record: ScheduleRecord): Promise<boolean> {
    return this.#keyValue.compareAndSet(keyOf(name), text, JSON.stringify(record))
  }

  /** Makes the schedule, or changes its definition; what fired stays counted. */
  async put(name: string, definition: Definition): Promise<Schedule> {
    const nowMs = await this.now()
    for (;;) {
      const known = await this.read(name)
      if (known && JSON.stringify(known.record.definition) === JSON.stringify(definition)) return listed(known)
      if (!known && (await this.#keyValue.zcard(namesKey)) >= maxSchedules) {
        throw new MillraceError(
          'SCHEDULE_INVALID',
          `schedule: the queue '${this.#queue}' has ${maxSchedules} schedules, the most it may have`,
        )
      }
      // Named first: a name without a schedule is passed over, a schedule without a name would never be found.
      await this.#connection.keyValue(index.room).zadd(index.key, 0, this.#queue)
      await this.#keyValue.zadd(namesKey, 0, name)
      const same = known && timingOf(known.record.definition) === timingOf(definition)
      const { paused = false, fired = 0, lastSlotMs = null } = known?.record ?? {}
      const record: ScheduleRecord = { definition, paused, cursorMs: same ? known.record.cursorMs : nowMs, fired, lastSlotMs }
      const text = JSON.stringify(record)
      if (await this.#keyValue.compareAndSet(keyOf(name), known?.text, text)) {
        await this.#tell(name)
        return listed({ name, text, record })
      }
    }
  }

  /** @throws SCHEDULE_NOT_FOUND */
  async pause(name: string, paused: boolean): Promise<void> {
    const nowMs = await this.now()
    for (;;) {
      const known = await this.read(name)
      if (!known) throw new MillraceError('SCHEDULE_NOT_FOUND', `the queue '${this.#queue}' has no schedule '${name}'`)
      const { record } = known
      if (record.paused === paused) return
      // What passed during the pause was not missed.
      if (await this.replace(known, { ...record, paused, cursorMs: paused ? record.cursorMs : Math.max(record.cursorMs, nowMs) })) break
    }
    await this.#tell(name)
  }

  /** True when there was one. */
  async remove(name: string): Promise<boolean> {
    const removed = await this.#keyValue.delete(keyOf(name))
    await this.#keyValue.zrem(namesKey, name)
    if ((await this.#keyValue.zcard(namesKey)) === 0) await this.#connection.keyValue(index.room).zrem(index.key, this.#queue)
    await this.#tell(name)
    return removed > 0
  }

  /** One process at a time fires. */
  lead(holder: string, leaseMs: number): Promise<boolean> {
    return this.#keyValue.acquireLease('scheduler', holder, leaseMs)
  }

  async stopLeading(holder: string): Promise<void> {
    await this.#keyValue.releaseLease('scheduler', holder)
  }

  /** Hears of changes, in whatever process. */
  listen(changed: () => void): Promise<() => Promise<void>> {
    return this.#keyValue.subscribe(namesKey, changed)
  }

  /** Who does not hear it reads again within 30 s. */
  async #tell(name: string): Promise<void> {
    await this.#keyValue.publish(namesKey, name).catch(() => undefined)
  }
}

/** The names of all queues of a store that have schedules. */
export function scheduledQueues(connection: Connection): Promise<string[]> {
  return connection.keyValue(index.room).zrange(index.key, 0, -1)
}

/** As users see it. */
export function listed({ name, record }: StoredSchedule): Schedule {
  const { definition, paused, fired, lastSlotMs, cursorMs } = record
  const isOver = paused || (definition.limit !== null && fired >= definition.limit)
  return {
    name,
    ...definition,
    payload: JSON.parse(definition.payload) as unknown,
    paused,
    nextRunAtMs: isOver ? null : nextSlot(definition, cursorMs),
    lastRun: lastSlotMs === null ? null : { slotAtMs: lastSlotMs, id: slotId(name, lastSlotMs) },
    fired,
  }
}

function keyOf(name: string): string {
  return `schedule:${name}`
}

/** What decides the slots. */
function timingOf({ cron, everyMs, timeZone, startAtMs }: Definition): string {
  return JSON.stringify([cron, everyMs, timeZone, startAtMs])
}
