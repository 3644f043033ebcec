import type { Connection, KeyValue } from '@millrace/connection'
import type { Instance } from './answers.ts'
import { missingMs } from './verdict/limits.ts'

const key = 'instances'
/** Not heard of for this long: it is gone, ms. */
const goneMs = 90_000
const maxListed = 1000

/** What an instance tells of itself. */
export type Told = Omit<Instance, 'status'>

/** As it is written: the number tells the processes apart that had an embedded file one after the other. */
type Written = Told & { readonly processNumber: number }

/**
 * Who shares the store and collects: each tells of itself every 10 s, by its own clock; clocks are expected to agree within seconds. An
 * embedded file has one process at a time: whoever had it before is gone, however it ended.
 */
export class Instances {
  readonly #keyValue: KeyValue
  readonly #processNumber: number
  readonly #isAlone: boolean
  #prunedAtMs = -Infinity

  constructor(keyValue: KeyValue, { kind, processNumber }: Pick<Connection, 'kind' | 'processNumber'>) {
    this.#keyValue = keyValue
    this.#processNumber = processNumber
    this.#isAlone = kind === 'embedded'
  }

  async tell(told: Told): Promise<void> {
    const written: Written = { ...told, processNumber: this.#processNumber }
    await this.#keyValue.setField(key, told.instance, JSON.stringify(written), { ttlMs: goneMs })
    const nowMs = told.seenAt
    if (Math.abs(nowMs - this.#prunedAtMs) < 60_000) return
    this.#prunedAtMs = nowMs
    await this.#prune(nowMs)
  }

  /** It ended on purpose: nobody needs to miss it. */
  async leave(instance: string): Promise<void> {
    await this.#keyValue.deleteField(key, instance)
  }

  /** By name. */
  async list(nowMs: number): Promise<Instance[]> {
    const listed: Instance[] = []
    for (const text of (await this.#keyValue.fields(key)).values()) {
      const written = parse(text)
      if (!written || this.#isGone(written, nowMs)) continue
      const { processNumber: _, ...told } = written
      listed.push({ ...told, status: nowMs - told.seenAt > missingMs ? 'missing' : 'alive' })
    }
    return listed.sort((a, b) => (a.instance < b.instance ? -1 : 1)).slice(0, maxListed)
  }

  async #prune(nowMs: number): Promise<void> {
    const fields = await this.#keyValue.fields(key)
    const isGone = (written: Written | undefined) => !written || this.#isGone(written, nowMs)
    const gone = [...fields].filter(([, text]) => isGone(parse(text))).map(([field]) => field)
    if (gone.length > 0) await this.#keyValue.deleteField(key, ...gone)
  }

  #isGone({ seenAt, processNumber }: Written, nowMs: number): boolean {
    return nowMs - seenAt >= goneMs || (this.#isAlone && processNumber !== this.#processNumber)
  }
}

/** What another version wrote, or is damaged, is left out. */
function parse(text: string): Written | undefined {
  try {
    const written = JSON.parse(text) as Partial<Written> | null
    return typeof written?.instance === 'string' && typeof written.seenAt === 'number' ? (written as Written) : undefined
  } catch {
    return undefined
  }
}
