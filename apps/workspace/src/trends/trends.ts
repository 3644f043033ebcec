import type { KeyValue } from 'millrace'
import { countOnce } from './count-once.ts'
import { dayOf, fingerprint, lastDays } from './days.ts'

/** What is counted: documents stored, their words, the people mentioned in them, views and searches. */
const counted = ['documents', 'words', 'views', 'searches', 'mentions'] as const
type Counts = Record<(typeof counted)[number], number>

/** What one message tells. */
export interface Activity {
  /** The message it came with; the same message counted again changes nothing. */
  readonly id: string
  readonly atMs: number
  readonly counts: Partial<Counts>
  /** Views by document id. */
  readonly views?: Readonly<Record<string, number>>
  /** Searches by what was typed. */
  readonly searches?: Readonly<Record<string, number>>
}

export interface TrendsReport {
  /** Since ever. */
  readonly totals: Counts
  /** The last seven days (UTC), oldest first, those without activity too. */
  readonly days: readonly ({ readonly day: string } & Counts)[]
  /** Most viewed first, at most ten. */
  readonly views: readonly { readonly documentId: string; readonly count: number }[]
  readonly searches: readonly { readonly query: string; readonly count: number }[]
}

/** Counts and the messages behind them are one value, so they change together or not at all. */
interface Page {
  readonly totals: Counts
  readonly days: Record<string, Counts>
  readonly views: Record<string, number>
  readonly searches: Record<string, number>
  /** Fingerprints of the last messages counted, oldest first. */
  readonly counted: string[]
}

const listedDays = 7
const listed = 10
/** The least wanted leave when there are more. */
const keptNames = 300
/** A message may come again within so many others: more than all workers of a workspace hold between them. */
const rememberedMessages = 2_000

/** Activity of the workspace, counted in batches: one read and one compare-and-set a batch. */
export class Trends {
  readonly #keyValue: KeyValue

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  /** How many of the messages were new. */
  async count(activities: readonly Activity[]): Promise<number> {
    return countOnce({ keyValue: this.#keyValue, key: 'page', read, add }, activities)
  }

  async report(nowMs: number): Promise<TrendsReport> {
    const page = read(await this.#keyValue.get('page'))
    return {
      totals: page.totals,
      days: lastDays(nowMs, listedDays).map((day) => ({ day, ...(page.days[day] ?? none()) })),
      views: most(page.views, listed).map(([documentId, count]) => ({ documentId, count })),
      searches: most(page.searches, listed).map(([query, count]) => ({ query, count })),
    }
  }
}

function add(page: Page, activity: Activity): Page {
  const day = dayOf(activity.atMs)
  // The days that are kept reach back from the newest activity, so an old message cannot push a newer day out.
  const days = Object.entries({ ...page.days, [day]: sum(page.days[day] ?? none(), activity.counts) }).sort(([a], [b]) => (a < b ? 1 : -1))
  return {
    totals: sum(page.totals, activity.counts),
    days: Object.fromEntries(days.slice(0, listedDays + 1)),
    views: addNames(page.views, activity.views ?? {}),
    searches: addNames(page.searches, activity.searches ?? {}),
    counted: [...page.counted, fingerprint(activity.id)].slice(-rememberedMessages),
  }
}

function addNames(known: Readonly<Record<string, number>>, more: Readonly<Record<string, number>>): Record<string, number> {
  const names = new Map(Object.entries(known))
  for (const [name, count] of Object.entries(more)) names.set(name, (names.get(name) ?? 0) + count)
  return Object.fromEntries(most(names, keptNames))
}

function most(names: Readonly<Record<string, number>> | Map<string, number>, limit: number): [string, number][] {
  const entries = names instanceof Map ? [...names] : Object.entries(names)
  return entries.sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1)).slice(0, limit)
}

function sum(counts: Counts, more: Partial<Counts>): Counts {
  return Object.fromEntries(counted.map((name) => [name, counts[name] + (more[name] ?? 0)])) as Counts
}

function none(): Counts {
  return { documents: 0, words: 0, views: 0, searches: 0, mentions: 0 }
}

function read(text: string | undefined): Page {
  return text === undefined ? { totals: none(), days: {}, views: {}, searches: {}, counted: [] } : (JSON.parse(text) as Page)
}
