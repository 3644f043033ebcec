import { join } from 'node:path'
import { CacheService, MessageQueueService } from 'millrace'
import type { Connection, KeyValue, Log } from 'millrace'
import { LiveDocuments } from './collaboration/live-documents.ts'
import { openCollaboration } from './collaboration/open-collaboration.ts'
import { EmbeddedDocumentStore } from './documents/embedded-document-store.ts'
import { RecentDocuments } from './documents/recent-documents.ts'
import { RenderedDocuments } from './documents/rendered-documents.ts'
import { SharedDocumentStore } from './documents/shared-document-store.ts'
import { WorkspaceEvents } from './events/workspace-events.ts'
import { handleQueues } from './handlers/handle-queues.ts'
import { ImportRecord } from './imports/import-record.ts'
import { ImportService } from './imports/import-service.ts'
import { Inbox } from './inbox/inbox.ts'
import { Outbox } from './outbox.ts'
import { People } from './people/people.ts'
import { SampleTraffic } from './sample/sample-traffic.ts'
import { IndexMaker } from './search/index-maker.ts'
import { Reindexing } from './search/reindexing.ts'
import { SearchFollower } from './search/search-follower.ts'
import { SearchIndex } from './search/search-index.ts'
import { ActivityLog } from './trends/activity-log.ts'
import { DocumentActivity } from './trends/document-activity.ts'
import { Trends } from './trends/trends.ts'
import { Watches } from './watches/watches.ts'
import type { Collaboration } from './collaboration/open-collaboration.ts'
import type { DocumentStore } from './documents/document-store.ts'

/** Everything a server of the workspace works with. */
export interface Workspace extends Collaboration {
  readonly queues: MessageQueueService
  readonly documents: DocumentStore
  readonly recent: RecentDocuments
  readonly rendered: RenderedDocuments
  readonly searchIndex: SearchIndex
  readonly reindexing: Reindexing
  readonly search: SearchFollower
  readonly imports: ImportService
  readonly inbox: Inbox
  readonly people: People
  readonly watches: Watches
  readonly events: WorkspaceEvents
  readonly trends: Trends
  readonly documentActivity: DocumentActivity
  readonly cache: CacheService
  readonly outbox: Outbox
  readonly activity: ActivityLog
  readonly sample: SampleTraffic
  /** The documents that are edited together. */
  readonly rooms: LiveDocuments
  /** Begins to handle the four queues in this process. Called once. */
  handle(): void
  /** Hands back what the handlers did not finish, then closes the rooms; the connection stays the caller's. Safe to call twice. */
  close(): Promise<void>
}

export interface WorkspaceOptions {
  readonly connection: Connection
  /** Where the documents (embedded) and the search file of this process lie. */
  readonly dataDir: string
  readonly log: Log
}

/** Opens the rooms of a server and catches up with the documents. */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const { connection, log } = options
  const folder = join(options.dataDir, 'workspace')
  const documents = openDocuments(connection, folder)
  const searchIndex = SearchIndex.open(folder, await documents.identity())
  const search = new SearchFollower(documents, searchIndex, log)
  await search.start()
  const shared = sharedRooms(connection, log)
  const { queues, outbox, cache } = shared
  const recent = new RecentDocuments(documents, cache)
  const reindexing = new Reindexing(connection.keyValue('workspace-reindex'), outbox)
  const indexMaker = new IndexMaker({ documents, index: searchIndex, reindexing }, log)
  await indexMaker.start()
  const events = new WorkspaceEvents({ ...shared, documents }, log)
  await events.start()
  const activity = new ActivityLog({ outbox, keyValue: connection.keyValue('workspace-views') }, log)
  const sample = new SampleTraffic(connection, log)
  const written = openCollaboration(roomsOf(connection), { ...shared, documents, log })
  const { snapshots } = written
  const rooms = new LiveDocuments({
    ...written,
    log,
    onSaved: (documentId) => void snapshots.ask(documentId),
    onLeft: (documentId) => void snapshots.askNow(documentId),
  })
  return {
    queues,
    documents,
    recent,
    rendered: new RenderedDocuments({ documents, index: searchIndex, cache }),
    searchIndex,
    search,
    reindexing,
    imports: new ImportService({
      documents,
      record: shared.imports,
      outbox,
      lookUp: (queue, id) => queues.queue(queue).message(id),
      keepWritten: (documentId) => snapshots.keep(documentId),
    }),
    inbox: shared.inbox,
    people: shared.people,
    watches: shared.watches,
    events,
    trends: shared.trends,
    documentActivity: shared.documentActivity,
    cache,
    outbox,
    activity,
    sample,
    rooms,
    ...written,
    handle: () => {
      handleQueues(queues, { ...shared, ...written, documents, recent, search, indexMaker }, log)
      snapshots.start()
    },
    close: once(async () => {
      await rooms.close()
      snapshots.close()
      await sample.close()
      await activity.close()
      await events.close()
      await indexMaker.close()
      await queues.close()
      await search.close()
      searchIndex.close()
      await documents.close()
    }),
  }
}

/** Handles the four queues of a shared store without a search file or a server. */
export function openWorker(options: { readonly connection: Connection; readonly log: Log }): {
  readonly queues: MessageQueueService
  close(): Promise<void>
} {
  const { connection, log } = options
  const shared = sharedRooms(connection, log)
  const documents = new SharedDocumentStore(connection.keyValue('workspace-documents'))
  const recent = new RecentDocuments(documents, shared.cache)
  const written = openCollaboration(roomsOf(connection), { ...shared, documents, log })
  handleQueues(shared.queues, { ...shared, ...written, documents, recent, search: undefined, indexMaker: undefined }, log)
  return { queues: shared.queues, close: once(() => shared.queues.close()) }
}

function openDocuments(connection: Connection, folder: string): DocumentStore {
  if (connection.kind === 'embedded') return new EmbeddedDocumentStore(join(folder, 'documents.db'))
  return new SharedDocumentStore(connection.keyValue('workspace-documents'))
}

/** Edits give up early: they are tried again, and who opens a document should not wait for long. */
const roomCallTimeoutMs = 5_000

function roomsOf(connection: Connection): KeyValue {
  return connection.keyValue('workspace-rooms', { callTimeoutMs: roomCallTimeoutMs })
}

function sharedRooms(connection: Connection, log: Log) {
  const queues = new MessageQueueService({ connection, log })
  return {
    queues,
    outbox: new Outbox(queues),
    cache: new CacheService(connection, { room: 'workspace-cache' }),
    imports: new ImportRecord(connection.keyValue('workspace-imports')),
    inbox: new Inbox(connection.keyValue('workspace-inbox')),
    people: new People(connection.keyValue('workspace-people')),
    watches: new Watches(connection.keyValue('workspace-watches')),
    trends: new Trends(connection.keyValue('workspace-trends')),
    documentActivity: new DocumentActivity(connection.keyValue('workspace-activity')),
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}
