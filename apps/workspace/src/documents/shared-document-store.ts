import { createHash, randomUUID } from 'node:crypto'
import type { KeyValue } from 'millrace'
import { keptVersions } from './document-store.ts'
import type {
  Changes,
  DocumentStore,
  DocumentSummary,
  DocumentVersion,
  Draft,
  Staged,
  StoredDocument,
  VersionSummary,
} from './document-store.ts'

/** A follower that was away for longer than this many changes lists everything once. About 40 bytes each. */
const keptChanges = 10_000
/** A follower that keeps up finds its place among so few. */
const recentChanges = 200
const channel = 'changes'

/** What the key of the current version holds; replaced by compare-and-set, so that an older version never takes it. */
interface Current extends DocumentSummary {
  readonly hash: string
}

/**
 * Documents in the shared store, for any number of processes. The change log is a list that the store itself puts in order, so an entry
 * never appears before one that a follower has read.
 *
 * Keys: `version:<id>:<n>` a version whole · `current:<id>` · `number:<id>` · `staged:<id>` · `versions:<id>` · `documents` · `changes`.
 */
export class SharedDocumentStore implements DocumentStore {
  readonly #keyValue: KeyValue

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  async identity(): Promise<string> {
    await this.#keyValue.compareAndSet('identity', undefined, randomUUID())
    return (await this.#keyValue.get('identity')) as string
  }

  async stage(draft: Draft): Promise<Staged> {
    const { documentId } = draft
    const hash = hashOf(draft)
    const [currentText, stagedText] = await Promise.all([
      this.#keyValue.get(`current:${documentId}`),
      this.#keyValue.get(`staged:${documentId}`),
    ])
    const current = currentText === undefined ? undefined : (JSON.parse(currentText) as Current)
    if (current?.hash === hash) return { version: current.version, status: 'unchanged' }
    const last =
      stagedText === undefined ? undefined : (JSON.parse(stagedText) as { version: number; hash: string; importId: string | null })
    if (last && last.importId !== null && last.importId === draft.importId && last.hash === hash) {
      return { version: last.version, status: 'staged' }
    }
    const version = await this.#keyValue.incrementField('numbers', documentId, 1)
    const whole: DocumentVersion = { ...draft, version, stagedAtMs: Date.now() }
    await this.#keyValue.set(`version:${documentId}:${version}`, JSON.stringify(whole))
    await this.#keyValue.set(`staged:${documentId}`, JSON.stringify({ version, hash, importId: draft.importId }))
    return { version, status: 'staged' }
  }

  async putVersion(documentId: string, version: number): Promise<'stored' | 'already' | 'missing'> {
    const whole = await this.getVersion(documentId, version)
    if (!whole) return 'missing'
    // The current key first: a repeated call that finds the version listed knows that nothing is left to do.
    const listed = await this.#keyValue.zrangeByScore(`versions:${documentId}`, version, version, 1)
    if (listed.length > 0) return 'already'
    await this.#makeCurrent(whole)
    await this.#keyValue.zadd(`versions:${documentId}`, version, String(version))
    await this.#trim(documentId)
    return 'stored'
  }

  async discard(documentId: string, version: number): Promise<'discarded' | 'stored'> {
    const listed = await this.#keyValue.zrangeByScore(`versions:${documentId}`, version, version, 1)
    const current = await this.#current(documentId)
    if (listed.length > 0 || current?.version === version) return 'stored'
    await this.#keyValue.delete(`version:${documentId}:${version}`, `staged:${documentId}`)
    return 'discarded'
  }

  async delete(documentId: string): Promise<boolean> {
    const last = Number((await this.#keyValue.getField('numbers', documentId)) ?? 0)
    // What is staged now, or was and never stored, has one of the last numbers.
    const numbers = new Set([...(await this.#keyValue.zrange(`versions:${documentId}`, 0, -1)), ...lastNumbers(last)])
    // The current key first: from then on the document is gone, and what is left of a try that was cut off is removed by the next.
    const wasThere = (await this.#keyValue.delete(`current:${documentId}`)) === 1
    await this.#keyValue.zrem('documents', documentId)
    await this.#keyValue.delete(
      ...[...numbers].map((number) => `version:${documentId}:${number}`),
      `staged:${documentId}`,
      `versions:${documentId}`,
    )
    return wasThere
  }

  async get(documentId: string): Promise<StoredDocument | undefined> {
    const current = await this.#current(documentId)
    const whole = current && (await this.getVersion(documentId, current.version))
    return current && whole && { ...summaryOf(current), text: whole.text }
  }

  async getVersion(documentId: string, version: number): Promise<DocumentVersion | undefined> {
    const text = await this.#keyValue.get(`version:${documentId}:${version}`)
    return text === undefined ? undefined : (JSON.parse(text) as DocumentVersion)
  }

  async versionBefore(documentId: string, version: number): Promise<DocumentVersion | undefined> {
    const numbers = (await this.#keyValue.zrange(`versions:${documentId}`, 0, -1)).map(Number)
    const before = numbers.filter((number) => number < version).at(-1)
    return before === undefined ? undefined : this.getVersion(documentId, before)
  }

  async versions(documentId: string): Promise<VersionSummary[]> {
    const numbers = await this.#keyValue.zrange(`versions:${documentId}`, -keptVersions, -1)
    const wholes = await Promise.all(numbers.map((number) => this.getVersion(documentId, Number(number))))
    return wholes
      .filter((whole) => whole !== undefined)
      .map(({ version, title, text, author, stagedAtMs }) => ({
        version,
        title,
        textBytes: Buffer.byteLength(text),
        createdAtMs: stagedAtMs,
        author,
      }))
      .reverse()
  }

  async list(page: { offset: number; limit: number }): Promise<{ documents: DocumentSummary[]; total: number }> {
    const total = await this.#keyValue.zcard('documents')
    if (page.limit === 0 || page.offset >= total) return { documents: [], total }
    const ids = await this.#keyValue.zrange('documents', -(page.offset + page.limit), -(page.offset + 1))
    return { documents: await this.summaries(ids.reverse()), total }
  }

  async summaries(documentIds: readonly string[]): Promise<DocumentSummary[]> {
    const currents = await Promise.all(documentIds.map((id) => this.#current(id)))
    return currents.filter((current) => current !== undefined).map(summaryOf)
  }

  async announce(documentId: string): Promise<void> {
    await this.#keyValue.append('changes', JSON.stringify([randomUUID(), documentId]), { max: keptChanges })
    await this.#keyValue.publish(channel, '')
  }

  async changesSince(cursor: string): Promise<Changes | undefined> {
    for (const limit of [recentChanges, keptChanges]) {
      const entries = await this.#keyValue.list('changes', limit)
      const start = cursor === '' && entries.length < limit ? 0 : entries.findIndex((entry) => idOf(entry) === cursor) + 1
      if (start === 0 && cursor !== '') continue
      if (start === 0 && entries.length === limit) continue
      const behind = entries.slice(start)
      const last = behind.at(-1)
      return {
        documentIds: behind.map((entry) => (JSON.parse(entry) as [string, string])[1]),
        cursor: last === undefined ? cursor : idOf(last),
        more: false,
      }
    }
    return undefined
  }

  async latestChange(): Promise<string> {
    const last = (await this.#keyValue.list('changes', 1)).at(-1)
    return last === undefined ? '' : idOf(last)
  }

  onChange(listener: () => void): Promise<() => Promise<void>> {
    return this.#keyValue.subscribe(channel, listener)
  }

  async close(): Promise<void> {
    // The connection is the caller's.
  }

  async #current(documentId: string): Promise<Current | undefined> {
    const text = await this.#keyValue.get(`current:${documentId}`)
    return text === undefined ? undefined : (JSON.parse(text) as Current)
  }

  async #makeCurrent(whole: DocumentVersion): Promise<void> {
    const updatedAtMs = Date.now()
    const { documentId: id, title, path, version } = whole
    const changed = {
      id,
      title,
      path,
      version,
      textBytes: Buffer.byteLength(whole.text),
      updatedAtMs,
      updatedBy: whole.author,
      hash: hashOf(whole),
    }
    for (;;) {
      const text = await this.#keyValue.get(`current:${id}`)
      const current = text === undefined ? undefined : (JSON.parse(text) as Current)
      if (current !== undefined && current.version > version) return
      // Equal: an earlier try came as far as here.
      if (current?.version === version) break
      const next: Current = { ...changed, createdAtMs: current?.createdAtMs ?? updatedAtMs }
      if (await this.#keyValue.compareAndSet(`current:${id}`, text, JSON.stringify(next))) break
    }
    await this.#keyValue.zadd('documents', updatedAtMs, id)
  }

  async #trim(documentId: string): Promise<void> {
    const surplus = await this.#keyValue.zrange(`versions:${documentId}`, 0, -(keptVersions + 1))
    if (surplus.length === 0) return
    await this.#keyValue.delete(...surplus.map((number) => `version:${documentId}:${number}`))
    await this.#keyValue.zrem(`versions:${documentId}`, ...surplus)
  }
}

function lastNumbers(last: number): string[] {
  return Array.from({ length: Math.min(last, keptVersions) }, (_, index) => String(last - index))
}

function summaryOf(current: Current): DocumentSummary {
  const { id, title, path, version, textBytes, createdAtMs, updatedAtMs, updatedBy } = current
  return { id, title, path, version, textBytes, createdAtMs, updatedAtMs, updatedBy }
}

function idOf(entry: string): string {
  return (JSON.parse(entry) as [string, string])[0]
}

function hashOf(draft: Draft): string {
  return createHash('sha256')
    .update(JSON.stringify([draft.title, draft.path, draft.text]))
    .digest('base64url')
}
