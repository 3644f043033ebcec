import type { KeyValue } from 'millrace'

/** `receiving` files, `working` on them, `done`, or `cancelled`: what was stored by then stays. */
export type ImportState = 'receiving' | 'working' | 'done' | 'cancelled'

/** One import as its user sees it. Counts are files. */
export interface ImportStatus {
  readonly id: string
  readonly state: ImportState
  readonly by: string
  readonly createdAtMs: number
  /** Taken in, now or by an earlier import of the same text. */
  readonly received: number
  readonly stored: number
  /** Found by search. */
  readonly indexed: number
  /** Of `received`: the workspace had this very text already. */
  readonly unchanged: number
  /** People told of a mention, one a person and document. */
  readonly mentions: number
  /** Given up after every attempt, or dropped because the import was cancelled. */
  readonly failed: number
  readonly dropped: number
  readonly skipped: number
  /** Which files were left out and why, in no order; at most `listedReasons`. */
  readonly reasons: readonly { readonly path: string; readonly reason: string }[]
}

const keptMs = 7 * 86_400_000
const listedReasons = 1_000
// Sets of members instead of counters: a message handled twice counts once.
const marks = ['received', 'stored', 'indexed', 'unchanged', 'mentions', 'failed', 'dropped', 'skipped'] as const
export type Mark = (typeof marks)[number]

/**
 * How far each import is, for seven days. Every call may be repeated.
 *
 * Keys: `import:<id>` fields · `import:<id>:<mark>` sets · `import:<id>:reasons` fields by path · `imports` by time of start.
 */
export class ImportRecord {
  readonly #keyValue: KeyValue

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  /** Starts it, or goes on with one of this id. Imports older than seven days are forgotten on the way. */
  async begin(id: string, by: string): Promise<void> {
    const createdAtMs = Date.now()
    if (!(await this.#keyValue.compareAndSet(`start:${id}`, undefined, String(createdAtMs), { ttlMs: keptMs }))) return
    await this.#keyValue.setField(`import:${id}`, 'by', by)
    await this.#keyValue.zadd('imports', createdAtMs, id)
    for (const { member } of await this.#keyValue.zrangeByScore('imports', 0, createdAtMs - keptMs, 20)) await this.#forget(member)
  }

  async mark(id: string, mark: Mark, member: string): Promise<void> {
    await this.#keyValue.zadd(`import:${id}:${mark}`, Date.now(), member)
  }

  async count(id: string, mark: Mark): Promise<number> {
    return this.#keyValue.zcard(`import:${id}:${mark}`)
  }

  /** A file that is left out, or given up, and why. Only the first `listedReasons` reasons are kept; all are counted. */
  async explain(id: string, mark: 'skipped' | 'failed', path: string, reason: string): Promise<void> {
    await this.mark(id, mark, path)
    if ((await this.count(id, mark)) <= listedReasons) await this.#keyValue.setField(`import:${id}:reasons`, path, reason)
  }

  /** No further file comes. */
  async complete(id: string): Promise<void> {
    await this.#keyValue.setField(`import:${id}`, 'complete', '1')
  }

  /** False when there is no such import. What was stored stays; what waits is dropped when its turn comes. */
  async cancel(id: string): Promise<boolean> {
    if ((await this.#keyValue.getField(`import:${id}`, 'by')) === undefined) return false
    await this.#keyValue.setField(`import:${id}`, 'cancelled', '1')
    return true
  }

  async isCancelled(id: string): Promise<boolean> {
    return (await this.#keyValue.getField(`import:${id}`, 'cancelled')) !== undefined
  }

  async read(id: string): Promise<ImportStatus | undefined> {
    const [fields, startedAt, reasons, ...counts] = await Promise.all([
      this.#keyValue.fields(`import:${id}`),
      this.#keyValue.get(`start:${id}`),
      this.#keyValue.fields(`import:${id}:reasons`),
      ...marks.map((mark) => this.count(id, mark)),
    ])
    const by = fields.get('by')
    if (by === undefined) return undefined
    const number = Object.fromEntries(marks.map((mark, index) => [mark, counts[index] ?? 0])) as Record<Mark, number>
    const settled = number.indexed + number.failed + number.dropped >= number.received
    const complete = fields.has('complete')
    return {
      id,
      state: fields.has('cancelled') ? 'cancelled' : !complete ? 'receiving' : settled ? 'done' : 'working',
      by,
      createdAtMs: Number(startedAt ?? 0),
      ...number,
      reasons: [...reasons].map(([path, reason]) => ({ path, reason })),
    }
  }

  async #forget(id: string): Promise<void> {
    await this.#keyValue.delete(`import:${id}`, `import:${id}:reasons`, `start:${id}`, ...marks.map((mark) => `import:${id}:${mark}`))
    await this.#keyValue.zrem('imports', id)
  }
}
