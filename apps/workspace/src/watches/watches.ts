import { MillraceError } from 'millrace'
import type { KeyValue } from 'millrace'
import { subjectOf } from '@millrace/markdown'

/** Most people who watch one document. */
const maxWatchers = 1_000

/**
 * Who wants to be told when a document changes.
 *
 * Keys: `watchers:<document>` fields by subject, since when.
 */
export class Watches {
  readonly #keyValue: KeyValue

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  /** @throws MillraceError WATCHERS_TOO_MANY */
  async watch(documentId: string, name: string): Promise<void> {
    const subject = subjectOf(name)
    if (await this.isWatching(documentId, subject)) return
    if ((await this.watchersOf(documentId, Date.now())).length >= maxWatchers) {
      throw new MillraceError('WATCHERS_TOO_MANY', `${maxWatchers} people watch this document, which is as many as may.`)
    }
    await this.#keyValue.setField(keyOf(documentId), subject, String(Date.now()))
  }

  async unwatch(documentId: string, name: string): Promise<void> {
    await this.#keyValue.deleteField(keyOf(documentId), subjectOf(name))
  }

  async isWatching(documentId: string, name: string): Promise<boolean> {
    return (await this.#keyValue.getField(keyOf(documentId), subjectOf(name))) !== undefined
  }

  /** Those who began by then, in no order: who came later has seen what was there. */
  async watchersOf(documentId: string, untilMs: number): Promise<string[]> {
    const sinceMs = await this.#keyValue.fields(keyOf(documentId))
    return [...sinceMs].filter(([, since]) => Number(since) <= untilMs).map(([subject]) => subject)
  }
}

function keyOf(documentId: string): string {
  return `watchers:${documentId}`
}
