import type { KeyValue } from '@millrace/connection'
import type { Instance } from './answers.ts'
import { missingMs } from './verdict/limits.ts'

const key = 'instances'
/** Not heard of for this long: it is gone, ms. */
const goneMs = 90_000
const maxListed = 1000

/** What an instance tells of itself. */
export type Told = Omit<Instance, 'status'>

/** Who shares the store and collects: each tells of itself every 10 s, by its own clock; clocks are expected to agree within seconds. */
export class Instances {
  readonly #keyValue: KeyValue
  #prunedAtMs = -Infinity

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  async tell(told: Told): Promise<void> {
    await this.#keyValue.setField(key, told.instance, JSON.stringify(told), { ttlMs: goneMs })
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
      const told = parse(text)
      const silentMs = told ? nowMs - told.seenAt : Infinity
      if (told && silentMs < goneMs) listed.push({ ...told, status: silentMs > missingMs ? 'missing' : 'alive' })
    }
    return listed.sort((a, b) => (a.instance < b.instance ? -1 : 1)).slice(0, maxListed)
  }

  async #prune(nowMs: number): Promise<void> {
    const fields = await this.#keyValue.fields(key)
    const gone = [...fields].filter(([, text]) => nowMs - (parse(text)?.seenAt ?? -Infinity) >= goneMs).map(([field]) => field)
    if (gone.length > 0) await this.#keyValue.deleteField(key, ...gone)
  }
}

/** What another version wrote, or is damaged, is left out. */
function parse(text: string): Told | undefined {
  try {
    const told = JSON.parse(text) as Partial<Told> | null
    return typeof told?.instance === 'string' && typeof told.seenAt === 'number' ? (told as Told) : undefined
  } catch {
    return undefined
  }
}
