import type { KeyValue } from 'millrace'

export const activities = ['imported', 'created', 'edited', 'viewed'] as const
export type Activity = (typeof activities)[number]

/** One thing to count. */
export interface Event {
  /** The message it came with; the same message counted again changes nothing. */
  readonly id: string
  readonly activity: Activity
  readonly documentId: string
  readonly atMs: number
}

export interface DayTrends {
  /** `2026-11-25`, UTC. */
  readonly day: string
  readonly counts: Readonly<Record<Activity, number>>
  /** Most active first, at most `limit`. */
  readonly documents: readonly { readonly id: string; readonly count: number }[]
}

/** What one day's key holds. Counts and the messages behind them are one value, so they change together or not at all. */
interface Page {
  readonly counts: Record<Activity, number>
  /** Document id → count; the least active leave when there are too many. */
  readonly documents: Record<string, number>
  /** The last messages counted, oldest first. */
  readonly counted: string[]
}

const dayMs = 86_400_000
const keptDays = 30
const keptDocuments = 500
/** A message may come again within so many others: more than all workers hold between them. */
const rememberedMessages = 2_000

/** Activity of the workspace by day (UTC), counted in batches: one read and one compare-and-set a batch and day. */
export class Trends {
  readonly #keyValue: KeyValue

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  /** How many were new. */
  async count(events: readonly Event[]): Promise<number> {
    let added = 0
    for (const [day, sameDay] of groupByDay(events)) added += await this.#countDay(day, sameDay)
    return added
  }

  /** The last days, newest first; days without activity are left out. */
  async days(options: { days: number; limit: number; nowMs: number }): Promise<DayTrends[]> {
    const days = Array.from({ length: Math.min(options.days, keptDays) }, (_, back) => dayAt(options.nowMs - back * dayMs))
    const texts = await Promise.all(days.map((day) => this.#keyValue.get(`day:${day}`)))
    return days.flatMap((day, index) => {
      const text = texts[index]
      if (text === undefined) return []
      const page = JSON.parse(text) as Page
      return [{ day, counts: page.counts, documents: busiest(page.documents, options.limit).map(([id, count]) => ({ id, count })) }]
    })
  }

  async #countDay(day: string, events: readonly Event[]): Promise<number> {
    for (;;) {
      const text = await this.#keyValue.get(`day:${day}`)
      const page = text === undefined ? emptyPage() : (JSON.parse(text) as Page)
      const known = new Set(page.counted)
      const fresh = events.filter((event) => !known.has(event.id) && known.add(event.id))
      if (fresh.length === 0) return 0
      for (const { activity, documentId } of fresh) {
        page.counts[activity] += 1
        page.documents[documentId] = (page.documents[documentId] ?? 0) + 1
      }
      const next: Page = {
        counts: page.counts,
        documents: Object.fromEntries(busiest(page.documents, keptDocuments)),
        counted: [...page.counted, ...fresh.map(({ id }) => id)].slice(-rememberedMessages),
      }
      const ttlMs = keptDays * dayMs
      if (await this.#keyValue.compareAndSet(`day:${day}`, text, JSON.stringify(next), { ttlMs })) return fresh.length
    }
  }
}

function emptyPage(): Page {
  return { counts: { imported: 0, created: 0, edited: 0, viewed: 0 }, documents: {}, counted: [] }
}

function busiest(documents: Record<string, number>, limit: number): [string, number][] {
  return Object.entries(documents)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, limit)
}

function groupByDay(events: readonly Event[]): Map<string, Event[]> {
  const days = new Map<string, Event[]>()
  for (const event of events) days.set(dayOf(event), [...(days.get(dayOf(event)) ?? []), event])
  return days
}

function dayOf(event: Event): string {
  return dayAt(event.atMs)
}

function dayAt(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
