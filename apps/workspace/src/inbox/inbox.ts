import type { KeyValue } from 'millrace'
import { subjectOf } from '@millrace/markdown'

/** Something that happened to somebody. */
export interface Notice {
  /**
   * Of a mention the message it came with, so that the same message delivered again makes no second item. Of a watched document the same
   * for all its versions, so that there is one item a document, which a later version makes unread again.
   */
  readonly id: string
  readonly kind: 'mention' | 'watch'
  readonly urgent: boolean
  readonly documentId: string
  readonly version: number
  readonly title: string
  readonly excerpt: string
  /** Who wrote it. */
  readonly by: string
  readonly createdAtMs: number
}

export interface InboxItem extends Notice {
  readonly read: boolean
}

/** More items are not kept for one person; the oldest leave. */
const keptItems = 1_000
const channel = 'changed'

/**
 * What was delivered to each subject, newest first. A subject has an inbox whether or not they ever signed in.
 *
 * Keys: `items:<subject>` fields by id · `order:<subject>` by time · `unread:<subject>`. The item is written last, so a delivery that was
 * cut off is made whole by its repetition, and one that was whole changes nothing.
 */
export class Inbox {
  readonly #keyValue: KeyValue

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  /** `already`: this version of the notice, or a later one, was delivered before; an item that was read stays read. */
  async deliver(name: string, notice: Notice): Promise<'delivered' | 'already'> {
    const subject = subjectOf(name)
    const known = await this.#keyValue.getField(`items:${subject}`, notice.id)
    if (known !== undefined && (JSON.parse(known) as Notice).version >= notice.version) return 'already'
    await this.#keyValue.zadd(`unread:${subject}`, notice.createdAtMs, notice.id)
    await this.#keyValue.zadd(`order:${subject}`, notice.createdAtMs, notice.id)
    await this.#keyValue.setField(`items:${subject}`, notice.id, JSON.stringify(notice))
    await this.#trim(subject)
    await this.#tell(subject)
    return 'delivered'
  }

  /** The newest `limit` items. O(limit). */
  async list(name: string, options: { limit: number }): Promise<{ items: InboxItem[]; unread: number; total: number }> {
    const subject = subjectOf(name)
    const [ids, unreadIds, total] = await Promise.all([
      this.#keyValue.zrange(`order:${subject}`, -options.limit, -1),
      this.#keyValue.zrange(`unread:${subject}`, 0, -1),
      this.#keyValue.zcard(`order:${subject}`),
    ])
    const texts = await Promise.all(ids.map((id) => this.#keyValue.getField(`items:${subject}`, id)))
    const unread = new Set(unreadIds)
    const items = texts
      .filter((text) => text !== undefined)
      .map((text) => JSON.parse(text) as Notice)
      .map((notice) => ({ ...notice, read: !unread.has(notice.id) }))
      .reverse()
    return { items, unread: unread.size, total }
  }

  async unreadCount(name: string): Promise<number> {
    return this.#keyValue.zcard(`unread:${subjectOf(name)}`)
  }

  /** How many of them were unread. */
  async markRead(name: string, ids: readonly string[]): Promise<number> {
    const subject = subjectOf(name)
    const marked = ids.length === 0 ? 0 : await this.#keyValue.zrem(`unread:${subject}`, ...ids)
    if (marked > 0) await this.#tell(subject)
    return marked
  }

  /** All that are unread when it is called; what comes meanwhile stays unread. */
  async markAllRead(name: string): Promise<number> {
    return this.markRead(name, await this.#keyValue.zrange(`unread:${subjectOf(name)}`, 0, -1))
  }

  /** Hears whose inbox changed, in whichever process; a message may be lost. */
  onChange(listener: (subject: string) => void): Promise<() => Promise<void>> {
    return this.#keyValue.subscribe(channel, listener)
  }

  /** A wake-up that is lost is made up for by who listens. */
  async #tell(subject: string): Promise<void> {
    await this.#keyValue.publish(channel, subject).catch(() => undefined)
  }

  async #trim(subject: string): Promise<void> {
    const surplus = await this.#keyValue.zrange(`order:${subject}`, 0, -(keptItems + 1))
    if (surplus.length === 0) return
    await this.#keyValue.zrem(`unread:${subject}`, ...surplus)
    await this.#keyValue.deleteField(`items:${subject}`, ...surplus)
    await this.#keyValue.zrem(`order:${subject}`, ...surplus)
  }
}
