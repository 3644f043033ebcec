import type { CacheService } from 'millrace'
import type { DocumentStore, DocumentSummary } from './document-store.ts'

const key = 'recent-documents'
/** What most readers ask for, kept as one value. */
const kept = 200
/** A change empties it at once; this bounds what a process that died between the two leaves behind, ms. */
const ttlMs = 10_000

/** The documents changed last, as every page of the workspace shows them: one command instead of one a document. */
export class RecentDocuments {
  readonly #documents: DocumentStore
  readonly #cache: CacheService

  constructor(documents: DocumentStore, cache: CacheService) {
    this.#documents = documents
    this.#cache = cache
  }

  /** As `DocumentStore.list`. */
  async list({ offset, limit }: { offset: number; limit: number }): Promise<{ documents: DocumentSummary[]; total: number }> {
    if (offset + limit > kept) return this.#documents.list({ offset, limit })
    const { documents, total } = await this.#cache.getOrSet(key, () => this.#documents.list({ offset: 0, limit: kept }), { ttlMs })
    return { documents: documents.slice(offset, offset + limit), total }
  }

  /** Said after each change of what the list shows. */
  async changed(): Promise<void> {
    await this.#cache.delete(key)
  }
}
