import type { KeyValue } from 'millrace'
import { countOnce } from './count-once.ts'
import { dayOf, fingerprint, lastDays } from './days.ts'

/** What one message tells of one document. */
export interface DocumentUse {
  /** The message it came with; the same message counted again changes nothing. */
  readonly id: string
  readonly documentId: string
  readonly atMs: number
  readonly readers?: readonly string[]
  /** Who wrote a version that was stored, alone or together. */
  readonly editors?: readonly string[]
}

export interface DocumentActivityReport {
  /** People who read it in the days listed, each once. */
  readonly readers: number
  /** Versions stored in the days listed. */
  readonly edits: number
  /** The last 30 days (UTC), oldest first, those without activity too. */
  readonly days: readonly { readonly day: string; readonly readers: number; readonly edits: number }[]
  /** Who had a part in most edits first. */
  readonly editors: readonly { readonly name: string; readonly edits: number }[]
}

interface Day {
  readonly readers: readonly string[]
  readonly edits: number
  readonly editors: Readonly<Record<string, number>>
}

/** Counts and the messages behind them are one value, so they change together or not at all. */
interface Page {
  readonly days: Readonly<Record<string, Day>>
  readonly counted: readonly string[]
}

const keptDays = 30
/** More readers of one day, or editors, are not told apart. */
const keptNames = 1_000
/** A message may come again within so many others about the same document. */
const rememberedMessages = 200

/**
 * Who reads and edits each document, by day.
 *
 * Keys: `document:<id>`.
 */
export class DocumentActivity {
  readonly #keyValue: KeyValue

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  /** One read and one compare-and-set a document. */
  async count(uses: readonly DocumentUse[]): Promise<void> {
    const byDocument = grouped(uses)
    await Promise.all(
      [...byDocument].map(([documentId, own]) => countOnce({ keyValue: this.#keyValue, key: keyOf(documentId), read, add }, own)),
    )
  }

  async report(documentId: string, nowMs: number): Promise<DocumentActivityReport> {
    const { days } = read(await this.#keyValue.get(keyOf(documentId)))
    const listed = lastDays(nowMs, keptDays).map((day) => ({ day, ...(days[day] ?? nothing) }))
    const editors = new Map<string, number>()
    for (const day of listed) for (const [name, edits] of Object.entries(day.editors)) editors.set(name, (editors.get(name) ?? 0) + edits)
    return {
      readers: new Set(listed.flatMap(({ readers }) => readers)).size,
      edits: listed.reduce((sum, { edits }) => sum + edits, 0),
      days: listed.map(({ day, readers, edits }) => ({ day, readers: readers.length, edits })),
      editors: [...editors].map(([name, edits]) => ({ name, edits })).sort((a, b) => b.edits - a.edits || (a.name < b.name ? -1 : 1)),
    }
  }
}

function add(page: Page, { id, atMs, readers = [], editors = [] }: DocumentUse): Page {
  const day = dayOf(atMs)
  const before = page.days[day] ?? nothing
  const editorsOfDay = new Map(Object.entries(before.editors))
  for (const name of editors)
    if (editorsOfDay.has(name) || editorsOfDay.size < keptNames) editorsOfDay.set(name, (editorsOfDay.get(name) ?? 0) + 1)
  const after: Day = {
    readers: [...new Set([...before.readers, ...readers])].slice(0, keptNames),
    edits: before.edits + (editors.length > 0 ? 1 : 0),
    editors: Object.fromEntries(editorsOfDay),
  }
  const days = Object.entries({ ...page.days, [day]: after }).sort(([a], [b]) => (a < b ? 1 : -1))
  return {
    days: Object.fromEntries(days.slice(0, keptDays + 1)),
    counted: [...page.counted, fingerprint(id)].slice(-rememberedMessages),
  }
}

const nothing: Day = { readers: [], edits: 0, editors: {} }

function read(text: string | undefined): Page {
  return text === undefined ? { days: {}, counted: [] } : (JSON.parse(text) as Page)
}

function grouped(uses: readonly DocumentUse[]): Map<string, DocumentUse[]> {
  const groups = new Map<string, DocumentUse[]>()
  for (const use of uses) groups.set(use.documentId, [...(groups.get(use.documentId) ?? []), use])
  return groups
}

function keyOf(documentId: string): string {
  return `document:${documentId}`
}
