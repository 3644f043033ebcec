import { createHash, randomBytes } from 'node:crypto'
import { MillraceError } from 'millrace'
import type { ImportProgress } from '@millrace/contract'
import { titleOf } from '@millrace/markdown'
import { messagesOfVersion } from '../outbox.ts'
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
  /** @param how whether the upload was read to its end */
  end(how: { readonly isWhole: boolean }): Promise<void>
}

const sayReceivingMs = 10_000
/** Of an import where nothing moved for so long, messages are looked up, ms. */
const quietMs = 5_000
/** So many files at a look. */
const lookedUp = 200

/** What is known of a message; undefined for one that is not kept. */
export type LookUp = (queue: string, id: string) => Promise<{ readonly state: string; readonly reason: string | null } | undefined>

/** Takes files in: each is staged under a version number, and a `low` message tells `document-operations` to store it. */
export class ImportService {
  readonly #documents: DocumentStore
  readonly #record: ImportRecord
  readonly #outbox: Outbox
  readonly #lookUp: LookUp
  /** When the messages of an import were looked up last. */
  readonly #lookedUpAtMs = new Map<string, number>()
  readonly #keepWritten: (documentId: string) => Promise<void>

  /** @param rooms.keepWritten makes a version of what is written of a document and in none yet, before another text takes its place */
  constructor(rooms: {
    documents: DocumentStore
    record: ImportRecord
    outbox: Outbox
    lookUp: LookUp
    keepWritten: (documentId: string) => Promise<void>
  }) {
    this.#documents = rooms.documents
    this.#record = rooms.record
    this.#outbox = rooms.outbox
    this.#lookUp = rooms.lookUp
    this.#keepWritten = rooms.keepWritten
  }

  /** @param id the caller's own, to go on with an import whose upload broke off; the same files again change nothing */
  async begin(by: string | null, id = randomBytes(9).toString('base64url')): Promise<Upload> {
    await this.#record.begin(id, by)
    let files = (await this.#record.count(id, 'accepted')) + (await this.#record.count(id, 'skipped'))
    let unnamed = 0
    const taken = new Set<string>()
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
          const clean = acceptPath(path)
          if (taken.has(clean)) throw refused('duplicate', 'a file of this name came before; it is the one that counts')
          taken.add(clean)
          await this.#take(id, by, clean, acceptText(bytes))
        } catch (error) {
          const refusal = refusalOf(error)
          if (!refusal) throw error
          await skip(path, refusal)
        }
      },
      end: async (how) => {
        clearInterval(saying)
        await this.#record.endReceiving(id, how)
      },
    }
  }

  /** How it stands. Where nothing moves, what became of the messages is looked up, so that nobody waits for one that is gone. @throws MillraceError IMPORT_NOT_FOUND */
  async progress(id: string): Promise<ImportProgress> {
    await this.#settle(id)
    const progress = await this.#record.read(id)
    if (!progress) throw notFound(id)
    return progress
  }

  /** What was stored stays. @throws MillraceError IMPORT_NOT_FOUND */
  async cancel(id: string): Promise<ImportProgress> {
    if (!(await this.#record.cancel(id))) throw notFound(id)
    return this.progress(id)
  }

  /** A file whose message was given up by a crash, or removed by somebody, is told by nobody. */
  async #settle(id: string): Promise<void> {
    if (Date.now() - (this.#lookedUpAtMs.get(id) ?? 0) < quietMs) return
    const open = await this.#record.stuck(id, { quietMs, limit: lookedUp })
    if (open.length === 0) return void this.#lookedUpAtMs.delete(id)
    this.#lookedUpAtMs.set(id, Date.now())
    const over = new Map<string, string>()
    for (const { documentId, version, isStored } of open) {
      const reason = await this.#whyOver({ documentId, version }, isStored)
      if (reason !== undefined) over.set(documentId, reason)
    }
    if (over.size === 0) return
    // What came to its end between the two looks has left its message for a good reason.
    for (const { documentId } of await this.#record.stuck(id, { quietMs, limit: lookedUp })) {
      const reason = over.get(documentId)
      if (reason !== undefined) await this.#record.fail(id, documentId, reason)
    }
  }

  /** Why nothing more happens to a file; undefined while a message is there that brings it on. */
  async #whyOver(file: { documentId: string; version: number }, isStored: boolean): Promise<string | undefined> {
    const [storing, indexing] = messagesOfVersion(file, []).map(
      ({ queue, id }) =>
        () =>
          this.#lookUp(queue, id),
    )
    const stored = await storing?.()
    const isWaiting = stored !== undefined && stored.state !== 'completed'
    const found = isStored && !isWaiting ? await indexing?.() : stored
    if (found?.state === 'dead') return found.reason ?? 'it was given up'
    return found === undefined ? 'its message is gone; import it again' : undefined
  }

  async #take(id: string, by: string | null, path: string, text: string): Promise<void> {
    const documentId = documentIdOf(path)
    const author = by ?? 'import'
    await this.#keepWritten(documentId)
    const { version, status } = await this.#documents.stage({ documentId, title: titleOf(text, path), path, text, author, importId: id })
    const isNew = await this.#record.accept(id, { documentId, path, version })
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
