import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { IdSource } from '../id-source.ts'
import { newMessage } from '../new-message.ts'
import { randomNonce } from '../nonce.ts'
import { maxBytesPerCall } from '../store/store.ts'
import type { NewMessage, Store } from '../store/store.ts'
import { slotId } from './schedule-book.ts'
import type { ScheduleBook, ScheduleRecord, StoredSchedule } from './schedule-book.ts'
import type { Definition } from './schedule-options.ts'
import { lastSlots, nextSlot } from './slots.ts'

/** Who leads renews this often, ms; a leader that died is followed within its lease and a look of the others. */
const renewMs = 4000
const leaseMs = 12_000
/** Those that do not lead look this often, and a little apart from each other, ms. */
const lookMs = 5000
/** A queue without schedules is looked at this rarely: a new schedule is told, and this finds it should that be missed, ms. */
const idleMs = 60_000
/** A leader reads all schedules anew this often, should a change not have been heard, ms. */
const readMs = 30_000
/** With `missed: skip` a slot that is this late still fires: following a dead leader takes as long, ms. */
const graceMs = 30_000
/** With `missed: all` no more of the last slots fire. */
const maxMissed = 100

export interface SchedulerOptions {
  readonly book: ScheduleBook
  readonly store: Store
  readonly clock: Clock
  readonly holder: string
  readonly maxLength: number
  readonly onError: (error: unknown) => void
}

/**
 * Fires the schedules of a queue, in every worker of it, of which one leads at a time. A slot is enqueued first, under an id that follows
 * from schedule and slot, and written down then: a crash between the two repeats the enqueue, which the store knows. So every slot fires
 * once, unless between the two all processes end for more than 24 h, after which the store has forgotten the id.
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #producer = randomNonce()
  #frames = 0
  #known: StoredSchedule[] = []
  #any = false
  #stale = true
  #readAt = Number.NEGATIVE_INFINITY
  /** ms to add to the engine's clock for the store's. */
  #offsetMs = 0
  #stopTimer: (() => void) | undefined
  #stopListening: Promise<(() => Promise<void>) | undefined> | undefined
  #running: Promise<void> = Promise.resolve()
  #isRunning = false
  #again = false
  #stopped = false

  constructor(options: SchedulerOptions) {
    this.#options = options
  }

  start(): void {
    const { book, onError } = this.#options
    this.#stopListening = book.listen(this.#changed).catch((error: unknown) => {
      onError(error)
      return undefined
    })
    this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopTimer?.()
    await this.#running
    const { book, holder } = this.#options
    if (this.#any) await book.stopLeading(holder)
    await (
      await this.#stopListening
    )?.()
  }

  readonly #changed = (): void => {
    this.#stale = true
    this.#any = true
    this.#run()
  }

  #run(): void {
    if (this.#stopped) return
    if (this.#isRunning) {
      this.#again = true
      return
    }
    this.#stopTimer?.()
    this.#isRunning = true
    this.#running = this.#round()
      .catch((error: unknown) => {
        this.#stale = true
        if (!this.#stopped) this.#options.onError(error)
        return lookMs
      })
      .then((waitMs) => {
        this.#isRunning = false
        if (this.#stopped) return
        const again = this.#again
        this.#again = false
        if (again) this.#run()
        else this.#stopTimer = this.#options.clock.after(waitMs, () => this.#run())
      })
  }

  /** Fires what is due; answers when to look again, ms. */
  async #round(): Promise<number> {
    const { book, clock, holder } = this.#options
    if (!this.#any) {
      this.#any = (await book.names()).length > 0
      if (!this.#any) return idleMs * (0.9 + Math.random() / 5)
    }
    if (!(await book.lead(holder, leaseMs))) {
      this.#stale = true
      return lookMs * (0.8 + Math.random() * 0.4)
    }
    if (this.#stale || clock.now() - this.#readAt >= readMs) await this.#read()
    if (!this.#any) {
      await book.stopLeading(holder)
      return idleMs
    }
    let nextMs = Number.POSITIVE_INFINITY
    for (const [index, schedule] of this.#known.entries()) {
      if (this.#stopped) break
      const now = this.#storeNow()
      let current = schedule
      if ((dueOf(schedule) ?? Number.POSITIVE_INFINITY) <= now) current = (await this.#fire(schedule.name, now)) ?? current
      this.#known[index] = current
      nextMs = Math.min(nextMs, dueOf(current) ?? nextMs)
    }
    if (this.#stale) return 0
    // A ms later: a timer may ring a little early.
    return Math.max(0, Math.min(renewMs, nextMs - this.#storeNow() + 1))
  }

  async #read(): Promise<void> {
    const { book, clock } = this.#options
    this.#stale = false
    const sentAt = clock.now()
    const nowMs = await book.now()
    this.#readAt = clock.now()
    this.#offsetMs = nowMs - (sentAt + this.#readAt) / 2
    this.#known = await book.readAll()
    this.#any = this.#known.length > 0
  }

  #storeNow(): number {
    return this.#options.clock.now() + this.#offsetMs
  }

  /** Reads the schedule once more, so that a change that was just made holds. */
  async #fire(name: string, nowMs: number): Promise<StoredSchedule | undefined> {
    const { book } = this.#options
    const schedule = await book.read(name)
    if (!schedule || (dueOf(schedule) ?? Number.POSITIVE_INFINITY) > nowMs) {
      this.#stale ||= !schedule
      return schedule
    }
    const { record } = schedule
    const { slots, cursorMs } = firing(record, nowMs)
    await this.#enqueue(slots.map((slotMs) => messageOf(name, record.definition, slotMs, nowMs)))
    const next = { ...record, cursorMs, fired: record.fired + slots.length, lastSlotMs: slots.at(-1) ?? record.lastSlotMs }
    if (await book.replace(schedule, next)) return { name, text: JSON.stringify(next), record: next }
    this.#stale = true
    return undefined
  }

  /** An id that is taken was enqueued by an earlier try. */
  async #enqueue(messages: readonly NewMessage[]): Promise<void> {
    let from = 0
    while (from < messages.length) {
      let bytes = 0
      let to = from
      while (to < messages.length && (to === from || bytes + (messages[to]?.payload.length ?? 0) * 3 <= maxBytesPerCall)) {
        bytes += (messages[to]?.payload.length ?? 0) * 3
        to += 1
      }
      this.#frames += 1
      await this.#options.store.enqueue({
        producer: this.#producer,
        number: this.#frames,
        lowestUnanswered: this.#frames,
        messages: messages.slice(from, to),
        maxLength: this.#options.maxLength,
        wakeNobody: false,
      })
      from = to
    }
  }
}

/** The first slot that is not done with; null when nothing comes any more. */
function dueOf({ record }: StoredSchedule): number | null {
  const { definition, paused, fired, cursorMs } = record
  if (paused || (definition.limit !== null && fired >= definition.limit)) return null
  return nextSlot(definition, cursorMs)
}

/** Which slots fire now, ascending, and up to which all are done with. Pure. */
export function firing({ definition, cursorMs, fired }: ScheduleRecord, nowMs: number): { slots: number[]; cursorMs: number } {
  const { missed, limit } = definition
  const passed = lastSlots(definition, cursorMs, nowMs, missed === 'all' ? maxMissed : 1)
  const last = passed.at(-1)
  if (last === undefined) return { slots: [], cursorMs }
  const due = missed === 'skip' && nowMs - last > graceMs ? [] : passed
  const slots = limit === null ? due : due.slice(0, Math.max(0, limit - fired))
  return { slots, cursorMs: last }
}

const noIds = new IdSource(0)

function messageOf(name: string, definition: Definition, slotMs: number, nowMs: number): NewMessage {
  const { payload, options, jitterMs } = definition
  const id = slotId(name, slotMs)
  const message = newMessage(payload, { name, ...options, id }, { ids: noIds })
  const dueMs = slotMs + Math.floor(jitterMs * shareOf(id))
  return dueMs > nowMs ? { ...message, scheduledForMs: dueMs } : message
}

/** 0…1, the same for the same id. */
function shareOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32
}
