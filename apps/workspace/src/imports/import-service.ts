import { createHash, randomBytes } from 'node:crypto'
import { MillraceError } from 'millrace'
import type { ImportProgress } from '@millrace/contract'
import { titleOf } from '@millrace/markdown'
import { acceptPath, acceptText, maxFiles, refusalOf, refused } from './accept.ts'
import type { DocumentStore } from '../documents/document-store.ts'
import type { Outbox } from '../outbox.ts'
import type { Refusal } from './accept.ts'
import type { ImportRecord } from './import-record.ts'

/** One upload of files, from its first to its last. Calls may overlap. */
export interface Upload {
  readonly id: string
  /**
   * Stages one file and sends its message; a file that cannot be imported is recorded as skipped and nothing is thrown.
   * @throws MillraceError IMPORT_CANCELLED; STORE_UNAVAILABLE, QUEUE_FULL: the file may be sent again
   */
  accept(path: string, bytes: Uint8Array): Promise<void>
  /** Records a file that was refused before its bytes were read. */
  skip(path: string, refusal: Refusal): Promise<void>
  end(): Promise<void>
}

const sayReceivingMs = 10_000

/** Takes files in: each is staged under a version number, and a `low` message tells `document-operations` to store it. */
export class ImportService {
  readonly #documents: DocumentStore
  readonly #record: ImportRecord
  readonly #outbox: Outbox

  constructor(rooms: { documents: DocumentStore; record: ImportRecord; outbox: Outbox }) {
    this.#documents = rooms.documents
    this.#record = rooms.record
    this.#outbox = rooms.outbox
  }

  /** @param id the caller's own, to go on with an import whose upload broke off; the same files again change nothing */
  async begin(by: string | null, id = randomBytes(9).toString('base64url')): Promise<Upload> {
    await this.#record.begin(id, by)
    let files = (await this.#record.count(id, 'accepted')) + (await this.#record.count(id, 'skipped'))
    let unnamed = 0
    const saying = setInterval(() => void this.#record.stillReceiving(id).catch(() => undefined), sayReceivingMs).unref()
    const skip = async (path: string, refusal: Refusal) => {
      const shown = path.slice(0, 1_024) || `(no name ${(unnamed += 1)})`
      await this.#record.skip(id, shown, refusal)
    }
    return {
      id,
      skip,
      accept: async (path, bytes) => {
        if (await this.#record.isCancelled(id))
          throw new MillraceError('IMPORT_CANCELLED', `The import ${id} was cancelled; start another.`)
        try {
          if ((files += 1) > maxFiles) throw refused('too-many', `more than ${maxFiles} files in one import`)
          await this.#take(id, by, acceptPath(path), acceptText(bytes))
        } catch (error) {
          const refusal = refusalOf(error)
          if (!refusal) throw error
          await skip(path, refusal)
        }
      },
      end: async () => {
        clearInterval(saying)
        await this.#record.endReceiving(id)
      },
    }
  }

  /** @throws MillraceError IMPORT_NOT_FOUND */
  async progress(id: string): Promise<ImportProgress> {
    const progress = await this.#record.read(id)
    if (!progress) throw notFound(id)
    return progress
  }

  /** What was stored stays. @throws MillraceError IMPORT_NOT_FOUND */
  async cancel(id: string): Promise<ImportProgress> {
    if (!(await this.#record.cancel(id))) throw notFound(id)
    return this.progress(id)
  }

  async #take(id: string, by: string | null, path: string, text: string): Promise<void> {
    const documentId = documentIdOf(path)
    const author = by ?? 'import'
    const { version, status } = await this.#documents.stage({ documentId, title: titleOf(text, path), path, text, author, importId: id })
    const isNew = await this.#record.mark(id, 'accepted', documentId)
    if (status === 'staged') return this.#outbox.storeVersion({ documentId, version, importId: id })
    // Nothing to store; a search file that never saw it learns of it.
    await this.#documents.announce(documentId)
    // What comes a second time in this import may have been stored by the first.
    if (isNew) await this.#record.mark(id, 'unchanged', documentId)
    await this.#record.mark(id, 'stored', documentId)
    await this.#record.mark(id, 'indexed', documentId)
  }
}

/** The same path is the same document, whoever imports it: 80 bits. */
export function documentIdOf(path: string): string {
  return createHash('sha256').update(`path:${path}`).digest('hex').slice(0, 20)
}

function notFound(id: string): MillraceError {
  return new MillraceError('IMPORT_NOT_FOUND', `There is no import ${JSON.stringify(id)}; imports are remembered for seven days.`)
}
