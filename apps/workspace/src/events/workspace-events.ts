import type { ImportMoved } from '@millrace/contract'
import type { Log } from 'millrace'
import { eventFrame } from 'millrace/server'
import type { EventStream } from 'millrace/server'
import { subjectOf } from '@millrace/markdown'
import type { DocumentStore } from '../documents/document-store.ts'
import type { ImportRecord } from '../imports/import-record.ts'
import type { Inbox } from '../inbox/inbox.ts'
import { Refresh } from './refresh.ts'

/** What came within this time is told as one, ms: an import changes hundreds of documents a second, and people see no quicker. */
const inboxMs = 50
const documentsMs = 500
const importsMs = 250
/** A wake-up may be lost (a reconnect); this finds what it told of, ms. */
const lookAgainMs = 10_000

type Kind = 'inbox' | 'documents' | 'import'

interface Reader {
  readonly stream: EventStream
  readonly subject: string | null
  readonly mayImport: boolean
  /** What it was told last, by kind. */
  readonly told: Map<Kind, string>
}

/**
 * Tells the readers of this process how things stand, as soon as they change in whichever process: their inbox, the documents, and imports.
 */
export class WorkspaceEvents {
  readonly #documents: DocumentStore
  readonly #inbox: Inbox
  readonly #imports: ImportRecord
  readonly #log: Log
  readonly #readers = new Set<Reader>()
  readonly #inboxes: Refresh
  readonly #documentsChanged: Refresh
  readonly #importsMoved: Refresh
  #stopListening: (() => Promise<void>)[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(rooms: { readonly documents: DocumentStore; readonly inbox: Inbox; readonly imports: ImportRecord }, log: Log) {
    this.#documents = rooms.documents
    this.#inbox = rooms.inbox
    this.#imports = rooms.imports
    this.#log = log
    this.#inboxes = new Refresh(inboxMs, (subject) => this.#tellInbox(subject))
    this.#documentsChanged = new Refresh(documentsMs, () => this.#tellDocuments())
    this.#importsMoved = new Refresh(importsMs, (id) => this.#tellImport(id))
  }

  async start(): Promise<void> {
    this.#stopListening = await Promise.all([
      this.#inbox.onChange((subject) => this.#inboxes.ask(subject)),
      this.#documents.onChange(() => this.#documentsChanged.ask('')),
      this.#imports.onMove((id) => this.#importsMoved.ask(id)),
    ])
    this.#timer = setInterval(() => this.#lookAgain(), lookAgainMs).unref()
  }

  /** Tells a stream how things stand, and each change until it ends. */
  watch(stream: EventStream, who: { readonly subject: string | null; readonly mayImport: boolean }): EventStream {
    const subject = who.subject === null ? null : subjectOf(who.subject)
    const reader: Reader = { stream, subject, mayImport: who.mayImport, told: new Map() }
    this.#readers.add(reader)
    stream.once('close', () => this.#readers.delete(reader))
    if (subject !== null) this.#inboxes.ask(subject)
    this.#documentsChanged.ask('')
    return stream
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    for (const refresh of [this.#inboxes, this.#documentsChanged, this.#importsMoved]) refresh.close()
    await Promise.all(this.#stopListening.map((stop) => stop()))
  }

  #lookAgain(): void {
    if (this.#readers.size === 0) return
    for (const { subject } of this.#readers) if (subject !== null) this.#inboxes.ask(subject)
    this.#documentsChanged.ask('')
  }

  #tellInbox(subject: string): Promise<void> {
    const readers = this.#which((reader) => reader.subject === subject)
    return this.#tell('inbox', readers, async () => ({ unread: await this.#inbox.unreadCount(subject) }))
  }

  #tellDocuments(): Promise<void> {
    return this.#tell('documents', [...this.#readers], async () => ({ revision: await this.#documents.latestChange() }))
  }

  #tellImport(id: string): Promise<void> {
    const readers = this.#which((reader) => reader.mayImport)
    return this.#tell('import', readers, async (): Promise<ImportMoved | undefined> => {
      const progress = await this.#imports.read(id)
      return progress && { id, state: progress.state, counts: progress.counts }
    })
  }

  #which(wanted: (reader: Reader) => boolean): Reader[] {
    return [...this.#readers].filter(wanted)
  }

  async #tell(kind: Kind, readers: readonly Reader[], read: () => Promise<unknown>): Promise<void> {
    if (readers.length === 0) return
    try {
      const data = await read()
      if (data === undefined) return
      const frame = eventFrame(kind, data)
      for (const { stream, told } of readers) {
        if (told.get(kind) === frame) continue
        told.set(kind, frame)
        stream.offer(frame, kind)
      }
    } catch (error) {
      this.#log.warn({ err: error, event: kind }, 'readers were not told of a change; the next look tells them')
    }
  }
}
