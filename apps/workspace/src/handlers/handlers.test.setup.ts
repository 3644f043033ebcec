import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, vi } from 'vitest'
import { CacheService, connect, connectEmbedded } from 'millrace'
import type { Connection, EnqueueOptions, Message } from 'millrace'
import { RedisProcess } from '@millrace/connection/testing'
import { openCollaboration } from '../collaboration/open-collaboration.ts'
import type { DocumentStore } from '../documents/document-store.ts'
import { EmbeddedDocumentStore } from '../documents/embedded-document-store.ts'
import { RecentDocuments } from '../documents/recent-documents.ts'
import { RenderedDocuments } from '../documents/rendered-documents.ts'
import { SharedDocumentStore } from '../documents/shared-document-store.ts'
import { ImportService } from '../imports/import-service.ts'
import type { LookUp } from '../imports/import-service.ts'
import { ImportRecord } from '../imports/import-record.ts'
import { Inbox } from '../inbox/inbox.ts'
import { Outbox } from '../outbox.ts'
import { People } from '../people/people.ts'
import { IndexMaker } from '../search/index-maker.ts'
import { Reindexing } from '../search/reindexing.ts'
import { SearchFollower } from '../search/search-follower.ts'
import { SearchIndex } from '../search/search-index.ts'
import { DocumentActivity } from '../trends/document-activity.ts'
import { Trends } from '../trends/trends.ts'
import { Watches } from '../watches/watches.ts'
import { countActivity } from './analytics.ts'
import { storeVersion } from './document-operations.ts'
import { notify } from './notifications.ts'
import { indexVersion } from './search-operations.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

interface Sent {
  readonly queue: string
  readonly payload: unknown
  readonly options: EnqueueOptions
}

export const stores = ['embedded', 'redis'] as const

/** Rooms on one kind of store, which is started before the tests of a file and ended behind them. */
export function stageOn(kind: (typeof stores)[number]) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace handlers '))
  const opened: { connection?: Connection; redis?: RedisProcess } = {}
  let rooms = 0
  beforeAll(async () => {
    if (kind === 'redis') opened.redis = await RedisProcess.start()
    opened.connection = opened.redis ? await connect(opened.redis.url) : await connectEmbedded(join(folder, 'store'))
  })
  afterAll(async () => {
    await opened.connection?.close()
    await opened.redis?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  afterEach(() => void vi.useRealTimers())
  return {
    folder,
    setup: () => openRooms(opened.connection as Connection, join(folder, String((rooms += 1)))),
  }
}

let names = 0

/** Real stores; what the outbox sends is kept, and a test hands it to the handlers as it likes. */
async function openRooms(connection: Connection, folder: string) {
  const name = String((names += 1))
  const documents: DocumentStore =
    connection.kind === 'redis'
      ? new SharedDocumentStore(connection.keyValue(`documents-${name}`))
      : new EmbeddedDocumentStore(join(folder, 'documents.db'))
  const index = SearchIndex.open(folder, await documents.identity())
  const search = new SearchFollower(documents, index, silent)
  await search.start()
  const sent = new Map<string, Sent>()
  const outbox = new Outbox({
    enqueue: async (queue, payload, options = {}) => void sent.set(options.id ?? `no id ${sent.size}`, { queue, payload, options }),
  })
  const imports = new ImportRecord(connection.keyValue(`imports-${name}`))
  const cache = new CacheService(connection, { room: `cache-${name}` })
  const recent = new RecentDocuments(documents, cache)
  const reindexing = new Reindexing(connection.keyValue(`reindex-${name}`), outbox)
  const indexMaker = new IndexMaker({ documents, index, reindexing }, silent)
  const all = {
    ...openCollaboration(connection.keyValue(`rooms-${name}`), { documents, outbox, log: silent }),
    documents,
    recent,
    search,
    indexMaker,
    outbox,
    imports,
    inbox: new Inbox(connection.keyValue(`inbox-${name}`)),
    people: new People(connection.keyValue(`people-${name}`)),
    watches: new Watches(connection.keyValue(`watches-${name}`)),
    trends: new Trends(connection.keyValue(`trends-${name}`)),
    documentActivity: new DocumentActivity(connection.keyValue(`activity-${name}`)),
  }
  /** What became of a message that was sent; it waits unless a test says otherwise. */
  const states = new Map<string, Awaited<ReturnType<LookUp>>>()
  const lookUp: LookUp = async (_queue, messageId) => (states.has(messageId) ? states.get(messageId) : { state: 'ready', reason: null })
  const keepWritten = (documentId: string) => all.snapshots.keep(documentId)
  const service = new ImportService({ documents, record: imports, outbox, lookUp, keepWritten })
  const importFiles = async (files: Record<string, string | Uint8Array>, id?: string) => {
    const upload = await service.begin('bob', id)
    for (const [path, text] of Object.entries(files)) await upload.accept(path, typeof text === 'string' ? Buffer.from(text) : text)
    await upload.end({ isWhole: true })
    return upload.id
  }
  const messages = (queue: string) => [...sent].filter(([, one]) => one.queue === queue).map(([id, one]) => messageOf(id, one))
  const handleAll = async () => {
    for (const message of messages('document-operations')) await storeVersion(all, message)
    for (const message of messages('search-operations')) await indexVersion(all, message)
    for (const message of messages('notifications')) await notify(all, message)
    await countActivity(all, messages('analytics'))
  }
  const found = (query: string) => index.search(query, { limit: 10 }).results.map(({ path }) => path)
  const rendered = new RenderedDocuments({ documents, index, cache })
  return {
    ...all,
    rooms: all,
    keyValue: connection.keyValue(`own-${name}`),
    index,
    cache,
    reindexing,
    rendered,
    sent,
    states,
    messages,
    service,
    importFiles,
    handleAll,
    found,
  }
}

export function messageOf(id: string, { payload, options }: Sent): Message {
  const { name = 'default', priority = 'normal' } = options
  return { id, name, payload, priority, attempt: 1, retries: 0, createdAtMs: 1_000, scheduledFor: null, tags: [] }
}
