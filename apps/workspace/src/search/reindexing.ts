import { randomBytes } from 'node:crypto'
import type { Reindex } from '@millrace/contract'
import type { KeyValue } from 'millrace'
import type { Outbox } from '../outbox.ts'

/** A process that tells nothing for so long has ended, ms; when it starts again it goes on and tells. */
const silentMs = 30_000
const keptMs = 86_400_000
const channel = 'asked'

interface Asked {
  readonly edition: string
  readonly startedBy: string | null
  readonly startedAtMs: number
}

/** How far one process is. */
interface Report {
  readonly done: number
  readonly total: number
  readonly atMs: number
  readonly isOver: boolean
}

/**
 * Making the search files of all processes anew: what was asked for, and how far each of them is.
 *
 * Keys: `asked` · `reports:<edition>` fields by process.
 */
export class Reindexing {
  readonly #keyValue: KeyValue
  readonly #outbox: Outbox

  constructor(keyValue: KeyValue, outbox: Outbox) {
    this.#keyValue = keyValue
    this.#outbox = outbox
  }

  /** Asks for a new edition, unless one is being made. */
  async ask(startedBy: string | null): Promise<Reindex> {
    const before = await this.#keyValue.get('asked')
    const now = await this.status()
    if (now.state === 'running') return now
    const asked: Asked = { edition: randomBytes(9).toString('base64url'), startedBy, startedAtMs: Date.now() }
    // Somebody else was quicker: theirs is as good.
    if (await this.#keyValue.compareAndSet('asked', before, JSON.stringify(asked))) {
      await this.#outbox.reindex({ kind: 'reindex', edition: asked.edition })
      await this.#keyValue.publish(channel, asked.edition)
    }
    return this.status()
  }

  /** The edition that was asked for last. */
  async edition(): Promise<string | undefined> {
    return (await this.#asked())?.edition
  }

  async report(edition: string, instance: string, { done, total, isOver }: Omit<Report, 'atMs'>): Promise<void> {
    const report: Report = { done, total, isOver, atMs: Date.now() }
    await this.#keyValue.setField(`reports:${edition}`, instance, JSON.stringify(report), { ttlMs: keptMs })
  }

  async status(): Promise<Reindex> {
    const asked = await this.#asked()
    if (!asked) return { state: 'idle', done: 0, total: 0, startedBy: null, startedAtMs: null, finishedAtMs: null }
    const { edition, startedBy, startedAtMs } = asked
    const all = [...(await this.#keyValue.fields(`reports:${edition}`)).values()].map((text) => JSON.parse(text) as Report)
    const isForgotten = startedAtMs < Date.now() - keptMs
    // One that ended in the middle counts while nobody else has told anything: it goes on when it starts again.
    const alive = all.filter(({ isOver, atMs }) => isOver || atMs > Date.now() - silentMs)
    const told = alive.length > 0 ? alive : all
    const isRunning = !isForgotten && (told.length === 0 || told.some(({ isOver }) => !isOver))
    return {
      state: isRunning ? 'running' : 'idle',
      done: told.reduce((sum, { done }) => sum + done, 0),
      total: told.reduce((sum, { total }) => sum + total, 0),
      startedBy,
      startedAtMs,
      finishedAtMs: isRunning || told.length === 0 ? null : Math.max(...told.map(({ atMs }) => atMs)),
    }
  }

  /** Hears that a new edition was asked for, in whichever process; a wake-up may be lost. */
  onAsked(listener: () => void): Promise<() => Promise<void>> {
    return this.#keyValue.subscribe(channel, listener)
  }

  async #asked(): Promise<Asked | undefined> {
    const text = await this.#keyValue.get('asked')
    return text === undefined ? undefined : (JSON.parse(text) as Asked)
  }
}
