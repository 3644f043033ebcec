import type { KeyValue } from 'millrace'
import { subjectOf } from '@millrace/markdown'

/** Names are remembered of so many people; who was seen longest ago leaves. */
const keptPeople = 2_000
/** A person who is there all day is written down so often, ms. */
const againMs = 60 * 60_000
/** What `@` can name. */
const mentionable = /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,62}[\p{L}\p{N}_])?$/u

/**
 * Who wrote, opened the workspace or was mentioned, by the name that an `@` reaches them under.
 *
 * Keys: `people` by the time they were last seen.
 */
export class People {
  readonly #keyValue: KeyValue
  readonly #seenAtMs = new Map<string, number>()

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  /** Remembers people; a name that `@` cannot write is passed over. At most one write an hour a person and process. */
  async saw(...names: readonly string[]): Promise<void> {
    const nowMs = Date.now()
    for (const subject of new Set(names.map(subjectOf))) {
      if (!mentionable.test(subject) || nowMs - (this.#seenAtMs.get(subject) ?? 0) < againMs) continue
      await this.#keyValue.zadd('people', nowMs, subject)
      if (this.#seenAtMs.size >= keptPeople) this.#seenAtMs.clear()
      this.#seenAtMs.set(subject, nowMs)
    }
    const surplus = (await this.#keyValue.zcard('people')) - keptPeople
    if (surplus > 0) await this.#keyValue.zrem('people', ...(await this.#keyValue.zrange('people', 0, surplus - 1)))
  }

  /** Names that begin with what is typed, last seen first. O(people). */
  async find(typed: string, options: { limit: number }): Promise<string[]> {
    const start = subjectOf(typed)
    const names = (await this.#keyValue.zrange('people', 0, -1)).reverse()
    return names.filter((name) => name.startsWith(start)).slice(0, options.limit)
  }
}
