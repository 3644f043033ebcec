import { createHash } from 'node:crypto'
import { renderMarkdown } from '@millrace/markdown'
import type { Drawn } from '@millrace/markdown'
import type { CacheService } from 'millrace'
import type { SearchIndex } from '../search/search-index.ts'
import type { DocumentStore, DocumentSummary } from './document-store.ts'

const ttlMs = 60 * 60_000

/** Documents as HTML, drawn once a version and once more when a link of theirs leads to another document. */
export class RenderedDocuments {
  readonly #documents: DocumentStore
  readonly #index: SearchIndex
  readonly #cache: CacheService

  constructor(rooms: { readonly documents: DocumentStore; readonly index: SearchIndex; readonly cache: CacheService }) {
    this.#documents = rooms.documents
    this.#index = rooms.index
    this.#cache = rooms.cache
  }

  /** The current version. Undefined where there is no such document. */
  async get(documentId: string): Promise<(Drawn & { readonly version: number }) | undefined> {
    const [summary] = await this.#documents.summaries([documentId])
    if (!summary) return undefined
    const drawn = await this.#cache.getOrSet(this.#keyOf(summary), () => this.#draw(documentId), { ttlMs })
    return drawn ?? undefined
  }

  /** Null where it left meanwhile. */
  async #draw(documentId: string): Promise<(Drawn & { readonly version: number }) | null> {
    const document = await this.#documents.get(documentId)
    if (!document) return null
    const { text, path, version } = document
    const hrefOf = (target: Parameters<SearchIndex['resolve']>[0]) => {
      const id = this.#index.resolve(target)
      return id === undefined ? null : `/documents/${id}`
    }
    return { version, ...renderMarkdown(text, { from: path, hrefOf }) }
  }

  #keyOf({ id, version }: DocumentSummary): string {
    const links = this.#index.linksOf(id).map(({ written, id: target }) => [written, target])
    const digest = createHash('sha256').update(JSON.stringify(links)).digest('base64url').slice(0, 16)
    return `rendered:${id}:${version}:${digest}`
  }
}
