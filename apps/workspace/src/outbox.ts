/** Every message the workspace sends, with its queue, level and id, in one place. Ids make sending again safe: the same id is taken once. */
import { createHash } from 'node:crypto'
import type { EnqueueOptions } from 'millrace'
import type { Mention } from '@millrace/markdown'

/** To `document-operations`: make this staged version a version. Its text stays in the document store, whatever its length. */
export interface StoreVersion {
  readonly documentId: string
  readonly version: number
  readonly importId: string | null
}

/** To `document-operations`: make a version of what is written in a document's room. */
export interface TakeSnapshot {
  readonly documentId: string
}

/** To `search-operations`: let the search files know. */
export type IndexVersion = StoreVersion

/** To `search-operations`: make the search files anew, as this edition. */
export interface Reindex {
  readonly kind: 'reindex'
  readonly edition: string
}

/** To `notifications`: tell one person. */
export interface NotifyMention extends Mention {
  readonly kind: 'mention'
  readonly documentId: string
  readonly version: number
  readonly title: string
  readonly by: string
}

/** To `notifications`: tell those who watch the document, but for the people named. */
export interface NotifyWatchers {
  readonly kind: 'watch'
  readonly documentId: string
  readonly version: number
  readonly title: string
  /** The first line that is new in this version; may be empty. */
  readonly excerpt: string
  readonly by: string
  /** Who knows already: the author, and who was told of a mention. */
  readonly except: readonly string[]
  /** Who began to watch later has seen it. */
  readonly changedAtMs: number
}

/** To `analytics`: a version was stored, or documents were viewed and searched for some seconds. */
export type CountActivity =
  | {
      readonly kind: 'stored'
      readonly documentId: string
      readonly version: number
      /** Who wrote it; '' when it has left already. */
      readonly by: string
      readonly words: number
      readonly mentions: number
    }
  | {
      readonly kind: 'used'
      /** Views by document id. */
      readonly views: Record<string, number>
      /** Who viewed, by document id. */
      readonly readers: Record<string, readonly string[]>
      readonly searches: Record<string, number>
    }

/** What the outbox needs of a MessageQueueService. */
export interface Enqueuer {
  enqueue(queueName: string, payload: unknown, options?: EnqueueOptions): Promise<unknown>
}

/**
 * The rule of levels: what an import makes is `low`, what one person writes is `normal`, and counting is always `low`; a mention is `high`
 * wherever it stands, and `urgent` where it asks for immediate attention (`@name!`); that a watched document changed is `normal`.
 */
export class Outbox {
  readonly #queues: Enqueuer

  constructor(queues: Enqueuer) {
    this.#queues = queues
  }

  async storeVersion(payload: StoreVersion): Promise<void> {
    await this.#send('document-operations', payload, {
      priority: payload.importId === null ? 'normal' : 'low',
      name: 'store-version',
      id: idOf('store', payload),
    })
  }

  /** @param asked one of those who ask under the same key does */
  async takeSnapshot(documentId: string, asked: { readonly key: string; readonly delayMs: number }): Promise<void> {
    const payload: TakeSnapshot = { documentId }
    await this.#send('document-operations', payload, {
      priority: 'normal',
      name: 'snapshot',
      id: `snapshot:${documentId}:${asked.key}`,
      delayMs: asked.delayMs,
    })
  }

  async indexVersion(payload: IndexVersion): Promise<void> {
    await this.#send('search-operations', payload, {
      priority: payload.importId === null ? 'normal' : 'low',
      name: 'index-version',
      id: idOf('index', payload),
    })
  }

  async notifyMention(payload: NotifyMention): Promise<void> {
    await this.#send('notifications', payload, {
      priority: payload.urgent ? 'urgent' : 'high',
      name: 'mention',
      id: idOfMention(payload, payload.subject),
    })
  }

  async notifyWatchers(payload: NotifyWatchers): Promise<void> {
    await this.#send('notifications', payload, { priority: 'normal', name: 'watch', id: idOf('watch', payload) })
  }

  /** Makes the search files anew. It is `low`: what people write is found before. */
  async reindex(payload: Reindex): Promise<void> {
    await this.#send('search-operations', payload, { priority: 'low', name: 'reindex', id: `reindex:${payload.edition}` })
  }

  async countStored(payload: Extract<CountActivity, { kind: 'stored' }>): Promise<void> {
    await this.#send('analytics', payload, { priority: 'low', name: 'stored', id: idOf('stored', payload) })
  }

  async countUsed(payload: Extract<CountActivity, { kind: 'used' }>): Promise<void> {
    await this.#send('analytics', payload, { priority: 'low', name: 'used' })
  }

  async #send(queueName: string, payload: unknown, options: EnqueueOptions): Promise<void> {
    await this.#queues.enqueue(queueName, payload, options)
  }
}

interface Version {
  readonly documentId: string
  readonly version: number
}

/** What a version caused, by queue, id and name; whether the last of them was sent is not certain: that depends on who watched. */
export function messagesOfVersion(
  version: Version,
  mentioned: readonly string[],
): { readonly queue: string; readonly id: string; readonly name: string; readonly isCertain: boolean }[] {
  const certain = { isCertain: true }
  return [
    { queue: 'document-operations', id: idOf('store', version), name: 'store-version', ...certain },
    { queue: 'search-operations', id: idOf('index', version), name: 'index-version', ...certain },
    { queue: 'analytics', id: idOf('stored', version), name: 'stored', ...certain },
    ...mentioned.map((subject) => ({ queue: 'notifications', id: idOfMention(version, subject), name: 'mention', ...certain })),
    { queue: 'notifications', id: idOf('watch', version), name: 'watch', isCertain: false },
  ]
}

function idOf(kind: 'store' | 'index' | 'stored' | 'watch', { documentId, version }: Version): string {
  return `${kind}:${documentId}:${version}`
}

function idOfMention({ documentId, version }: Version, subject: string): string {
  return `mention:${documentId}:${version}:${shortHash(subject)}`
}

/** Names may hold any letter, ids only ASCII. */
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
