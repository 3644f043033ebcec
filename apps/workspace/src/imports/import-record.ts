import type { KeyValue } from 'millrace'
import type { FailedFile, ImportProgress, SkippedFile } from '@millrace/contract'
import { Refresh } from '../events/refresh.ts'
import type { Refusal } from './accept.ts'

const keptMs = 7 * 86_400_000
/** A server that was killed while it received stops saying so; then the import counts as received. */
const receivingMs = 30_000
const listedSkips = 1_000
/** Marks that come within this time are told of as one, ms. */
const tellMs = 250
const channel = 'moved'
// Sets of members instead of counters: a file or message that comes twice counts once.
const marks = ['accepted', 'skipped', 'stored', 'unchanged', 'indexed', 'mentions', 'failed', 'cancelled'] as const
export type Mark = (typeof marks)[number]
/** After one of these nothing more happens to a file. */
const settling: ReadonlySet<Mark> = new Set(['indexed', 'failed', 'cancelled'])

/** A file of an import, as the document and the version it becomes. */
interface ImportedFile {
  readonly documentId: string
  readonly path: string
  readonly version: number
}

interface StuckFile extends ImportedFile {
  readonly isStored: boolean
}

/**
 * How far each import is, for seven days. Every call may be repeated.
 *
 * Keys: `import:<id>` fields · `import:<id>:<mark>` sets · `import:<id>:skips` fields by path · `import:<id>:files` and
 * `import:<id>:failures` fields by document · `start:<id>` · `imports` by time of start.
 */
export class ImportRecord {
  readonly #keyValue: KeyValue

  readonly #moved: Refresh

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
    // A wake-up that is lost is made up for by the next one, or by who asks.
    this.#moved = new Refresh(tellMs, (id) => keyValue.publish(channel, id).catch(() => undefined))
  }

  /** Hears which import moved on, in whichever process, at most four times a second each. */
  onMove(listener: (id: string) => void): Promise<() => Promise<void>> {
    return this.#keyValue.subscribe(channel, listener)
  }

  /** Starts it, or goes on with one of this id. Imports older than seven days are forgotten on the way. */
  async begin(id: string, by: string | null): Promise<void> {
    const nowMs = Date.now()
    if (await this.#keyValue.compareAndSet(`start:${id}`, undefined, JSON.stringify({ nowMs, by }))) {
      await this.#keyValue.zadd('imports', nowMs, id)
      for (const { member } of await this.#keyValue.zrangeByScore('imports', 0, nowMs - keptMs, 20)) await this.#forget(member)
    }
    await this.stillReceiving(id)
  }

  /** Said at least every `receivingMs` while files come. */
  async stillReceiving(id: string): Promise<void> {
    await this.#keyValue.setField(`import:${id}`, 'receivingUntilMs', String(Date.now() + receivingMs))
  }

  /** No further file comes. `isWhole`: the upload was read to its end. Until then, and unless that is said, it has broken off. */
  async endReceiving(id: string, { isWhole }: { readonly isWhole: boolean }): Promise<void> {
    const nowMs = String(Date.now())
    await this.#keyValue.setField(`import:${id}`, 'isWhole', isWhole ? '1' : '')
    await this.#keyValue.setField(`import:${id}`, 'receivingUntilMs', '0')
    await this.#keyValue.setField(`import:${id}`, 'lastAtMs', nowMs)
    this.#moved.ask(id)
  }

  /** A file that is taken in, under the version it is staged as. @returns whether it was not before */
  async accept(id: string, file: ImportedFile): Promise<boolean> {
    const { documentId, path, version } = file
    await this.#keyValue.setField(`import:${id}:files`, documentId, JSON.stringify([path, version]))
    const isNew = await this.mark(id, 'accepted', documentId)
    // Sent again, it has another try.
    if (!isNew) await this.#forgetFailure(id, documentId)
    return isNew
  }

  /** A file whose message was given up, or is gone. */
  async fail(id: string, documentId: string, reason: string): Promise<void> {
    const file = await this.#keyValue.getField(`import:${id}:files`, documentId)
    const [path] = file === undefined ? [documentId] : (JSON.parse(file) as [string, number])
    if ((await this.count(id, 'failed')) < listedSkips) {
      await this.#keyValue.setField(
        `import:${id}:failures`,
        documentId,
        JSON.stringify({ path, reason: reason.slice(0, 500) } satisfies FailedFile),
      )
    }
    await this.mark(id, 'failed', documentId)
  }

  /**
   * Files that are taken in and neither found by search yet nor given up, at most `limit`; none while something
   * moved within `quietMs`. O(files).
   */
  async stuck(id: string, { quietMs, limit }: { readonly quietMs: number; readonly limit: number }): Promise<StuckFile[]> {
    const fields = await this.#keyValue.fields(`import:${id}`)
    if (
      fields.has('cancelled') ||
      Math.max(Number(fields.get('lastAtMs') ?? 0), Number(fields.get('receivingUntilMs') ?? 0)) > Date.now() - quietMs
    )
      return []
    const sets = await Promise.all(
      ['accepted', 'indexed', 'failed', 'stored'].map((mark) => this.#keyValue.zrange(`import:${id}:${mark}`, 0, -1)),
    )
    const [accepted = [], indexed = [], failed = [], stored = []] = sets
    const settled = new Set([...indexed, ...failed])
    const isStored = new Set(stored)
    const open = accepted.filter((documentId) => !settled.has(documentId)).slice(0, limit)
    const files = await Promise.all(open.map((documentId) => this.#keyValue.getField(`import:${id}:files`, documentId)))
    return open.flatMap((documentId, index) => {
      const text = files[index]
      if (text === undefined) return []
      const [path, version] = JSON.parse(text) as [string, number]
      return [{ documentId, path, version, isStored: isStored.has(documentId) }]
    })
  }

  /** @returns whether it was not marked so before */
  async mark(id: string, mark: Mark, member: string): Promise<boolean> {
    const nowMs = Date.now()
    const added = await this.#keyValue.zadd(`import:${id}:${mark}`, nowMs, member)
    if (settling.has(mark)) await this.#keyValue.setField(`import:${id}`, 'lastAtMs', String(nowMs))
    // Somebody let a message that was given up run once more.
    if (mark === 'indexed') await this.#forgetFailure(id, member)
    this.#moved.ask(id)
    return added === 1
  }

  async count(id: string, mark: Mark): Promise<number> {
    return this.#keyValue.zcard(`import:${id}:${mark}`)
  }

  /** A file that is left out, and why. Only the first `listedSkips` are listed; all are counted. */
  async skip(id: string, path: string, refusal: Refusal): Promise<void> {
    await this.mark(id, 'skipped', path)
    if ((await this.count(id, 'skipped')) > listedSkips) return
    await this.#keyValue.setField(`import:${id}:skips`, path, JSON.stringify(refusal))
  }

  /** False when there is no such import. What was stored stays; what waits is dropped when its turn comes. */
  async cancel(id: string): Promise<boolean> {
    if ((await this.#keyValue.get(`start:${id}`)) === undefined) return false
    await this.#keyValue.setField(`import:${id}`, 'cancelled', '1')
    this.#moved.ask(id)
    return true
  }

  async isCancelled(id: string): Promise<boolean> {
    return (await this.#keyValue.getField(`import:${id}`, 'cancelled')) !== undefined
  }

  async read(id: string): Promise<ImportProgress | undefined> {
    const start = await this.#keyValue.get(`start:${id}`)
    if (start === undefined) return undefined
    const { nowMs: createdAtMs, by } = JSON.parse(start) as { nowMs: number; by: string | null }
    // What settles a file is read after what accepts it, so that no count runs ahead of another.
    const settled = await Promise.all(marks.map((mark) => this.count(id, mark)))
    const [fields, skips, failures, accepted, skipped] = await Promise.all([
      this.#keyValue.fields(`import:${id}`),
      this.#keyValue.fields(`import:${id}:skips`),
      this.#keyValue.fields(`import:${id}:failures`),
      this.count(id, 'accepted'),
      this.count(id, 'skipped'),
    ])
    const counts = {
      ...(Object.fromEntries(marks.map((mark, index) => [mark, settled[index] ?? 0])) as Record<Mark, number>),
      accepted,
      skipped,
    }
    const receiving = Number(fields.get('receivingUntilMs') ?? 0) > Date.now()
    const isOver = !receiving && counts.indexed + counts.failed + counts.cancelled >= counts.accepted
    const cancelled = fields.has('cancelled')
    return {
      id,
      state: cancelled
        ? 'cancelled'
        : receiving
          ? 'receiving'
          : !isOver
            ? 'processing'
            : fields.get('isWhole') === '1'
              ? 'done'
              : 'interrupted',
      counts: { received: accepted + skipped, ...counts },
      skipped: [...skips].map(([path, text]) => ({ path, ...(JSON.parse(text) as Refusal) }) satisfies SkippedFile),
      failed: [...failures.values()].map((text) => JSON.parse(text) as FailedFile),
      startedBy: by,
      createdAtMs,
      finishedAtMs: isOver ? Number(fields.get('lastAtMs') ?? createdAtMs) : null,
    }
  }

  async #forgetFailure(id: string, documentId: string): Promise<void> {
    if ((await this.#keyValue.zrem(`import:${id}:failed`, documentId)) > 0) {
      await this.#keyValue.deleteField(`import:${id}:failures`, documentId)
    }
  }

  async #forget(id: string): Promise<void> {
    const own = ['skips', 'files', 'failures', ...marks].map((name) => `import:${id}:${name}`)
    await this.#keyValue.delete(`import:${id}`, `start:${id}`, ...own)
    await this.#keyValue.zrem('imports', id)
  }
}
