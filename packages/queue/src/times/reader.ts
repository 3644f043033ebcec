import type { Connection } from '@millrace/connection'
import { Histogram } from '@millrace/histogram'
import { decodeTimes, mergeTimes, minuteKey, minuteMs, timesUnit } from './minute.ts'
import type { Minute } from './minute.ts'

/** A minute changes no more this long after its end, ms: workers write within 2 s of a sample. */
const settledMs = 15_000
/** How long minutes can be asked for. */
const keptMinutes = 180

/** The room in which the workers of a queue write their minutes. */
export function timesRoom(queue: string): string {
  return `queue:${queue}`
}

/** Times of the last 60 minutes over all levels and names, in ms. */
export interface HourTimes {
  readonly wait: Histogram
  readonly run: Histogram
}

/** Reads what the workers of one queue wrote, and remembers the minutes that are over: a reading costs two round trips' keys or so. */
export class TimesReader {
  readonly #connection: Connection
  readonly #queue: string
  readonly #settled = new Map<number, Minute>()

  constructor(connection: Connection, queue: string) {
    this.#connection = connection
    this.#queue = queue
  }

  /** Minutes that have times, oldest first. */
  async since(fromMs: number, nowMs = Date.now()): Promise<Minute[]> {
    // One minute ahead of this process's clock: the store's clock names the minutes.
    const last = Math.floor(nowMs / minuteMs) * minuteMs + minuteMs
    const first = Math.max(Math.floor(fromMs / minuteMs) * minuteMs, last - keptMinutes * minuteMs)
    for (const startMs of this.#settled.keys()) if (startMs < last - keptMinutes * minuteMs) this.#settled.delete(startMs)
    const starts = Array.from({ length: Math.max(0, (last - first) / minuteMs + 1) }, (_, index) => first + index * minuteMs)
    const minutes = await Promise.all(starts.map((startMs) => this.#minute(startMs, nowMs)))
    return minutes.filter((minute) => minute.times.length > 0)
  }

  async lastHour(nowMs = Date.now()): Promise<HourTimes> {
    const hour: HourTimes = { wait: new Histogram(timesUnit), run: new Histogram(timesUnit) }
    for (const { times } of await this.since(nowMs - 60 * minuteMs, nowMs)) {
      for (const each of times) {
        hour.wait.merge(each.wait)
        hour.run.merge(each.run)
      }
    }
    return hour
  }

  async #minute(startMs: number, nowMs: number): Promise<Minute> {
    const known = this.#settled.get(startMs)
    if (known) return known
    const fields = await this.#connection.keyValue(timesRoom(this.#queue)).fields(minuteKey(startMs))
    const times = mergeTimes([...fields.values()].flatMap((text) => readable(text)))
    const minute: Minute = { startMs, times }
    if (nowMs > startMs + minuteMs + settledMs) this.#settled.set(startMs, minute)
    return minute
  }
}

/** A field that cannot be read (a later version wrote it, or it is damaged) is left out: figures must not stop the rest. */
function readable(text: string): ReturnType<typeof decodeTimes> {
  try {
    return decodeTimes(text)
  } catch {
    return []
  }
}
