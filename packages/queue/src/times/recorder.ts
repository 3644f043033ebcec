import { Histogram } from '@millrace/histogram'
import type { KeyValue } from '@millrace/connection'
import type { Clock } from '../clock.ts'
import type { Level } from '../message.ts'
import { encodeTimes, minuteKey, minuteMs, minuteTtlMs, timesUnit } from './minute.ts'
import type { TimesOfName } from './minute.ts'

/** An unwritten sample waits at most this long, ms: what a killed process can lose. */
const flushMs = 2000
const maxNames = 100

interface OpenMinute {
  readonly startMs: number
  readonly byName: Map<string, Partial<Record<Level, TimesOfName>>>
  dirty: boolean
}

/**
 * One worker's own figures: three histograms a level and name for the minute that runs. It writes the whole minute as one field of its
 * own, so that writing twice changes nothing, 2 s after the first sample that is not written yet.
 */
export class Recorder {
  readonly #keyValue: KeyValue
  readonly #field: string
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  /** The running minute last, before it those that could not be written yet: a few at most. */
  #minutes: OpenMinute[] = []
  #stopTimer: (() => void) | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(keyValue: KeyValue, field: string, clock: Clock, onError: (error: unknown) => void) {
    this.#keyValue = keyValue
    this.#field = field
    this.#clock = clock
    this.#onError = onError
  }

  /** @param nowMs by the store's clock; times are ms, negative ones (clock steps) count as 0 */
  record(level: Level, name: string, nowMs: number, times: { waitMs: number; runMs: number; totalMs: number | undefined }): void {
    const minute = this.#minute(nowMs)
    const entry = entryOf(minute, level, name)
    entry.wait.record(notNegative(times.waitMs))
    entry.run.record(notNegative(times.runMs))
    if (times.totalMs !== undefined) entry.total.record(notNegative(times.totalMs))
    if (minute.dirty) return
    minute.dirty = true
    if (!this.#closed) this.#stopTimer ??= this.#clock.after(flushMs, () => void this.flush())
  }

  /** Writes what is not written yet. Failures go to the error hook and are tried again with the next flush. */
  flush(): Promise<void> {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.flush()
  }

  async #write(): Promise<void> {
    for (const minute of this.#minutes.filter((each) => each.dirty)) {
      minute.dirty = false
      try {
        const text = encodeTimes(timesOf(minute))
        await this.#keyValue.setField(minuteKey(minute.startMs), this.#field, text, { ttlMs: minuteTtlMs })
      } catch (error) {
        minute.dirty = true
        this.#onError(error)
        if (!this.#closed) this.#stopTimer ??= this.#clock.after(flushMs, () => void this.flush())
        return
      }
    }
    const last = this.#minutes.at(-1)
    this.#minutes = this.#minutes.filter((each) => each.dirty || each === last)
  }

  #minute(nowMs: number): OpenMinute {
    const startMs = Math.floor(nowMs / minuteMs) * minuteMs
    const last = this.#minutes.at(-1)
    if (last && last.startMs >= startMs) return last
    const next: OpenMinute = { startMs, byName: new Map(), dirty: false }
    // Unwritten minutes of a long outage: the newest ten are kept.
    this.#minutes = [...this.#minutes.slice(-9), next]
    return next
  }
}

function entryOf(minute: OpenMinute, level: Level, name: string): TimesOfName {
  const bounded = minute.byName.has(name) || minute.byName.size < maxNames ? name : 'other'
  let byLevel = minute.byName.get(bounded)
  if (!byLevel) minute.byName.set(bounded, (byLevel = {}))
  const histogram = () => new Histogram(timesUnit)
  return (byLevel[level] ??= { level, name: bounded, wait: histogram(), run: histogram(), total: histogram() })
}

function timesOf(minute: OpenMinute): TimesOfName[] {
  return [...minute.byName.values()].flatMap((byLevel) => Object.values(byLevel))
}

function notNegative(ms: number): number {
  return ms > 0 ? ms : 0
}
