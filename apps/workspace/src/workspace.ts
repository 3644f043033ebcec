import { join } from 'node:path'
import { MessageQueueService } from 'millrace'
import type { Connection, Log } from 'millrace'
import { LiveDocuments } from './collaboration/live-documents.ts'
import { UpdateLog } from './collaboration/update-log.ts'
import { EmbeddedDocumentStore } from './documents/embedded-document-store.ts'
import { SharedDocumentStore } from './documents/shared-document-store.ts'
import { WorkspaceEvents } from './events/workspace-events.ts'
import { handleQueues } from './handlers/handle-queues.ts'
import { ImportRecord } from './imports/import-record.ts'
import { ImportService } from './imports/import-service.ts'
import { Inbox } from './inbox/inbox.ts'
import { Outbox } from './outbox.ts'
import { People } from './people/people.ts'
import { SampleTraffic } from './sample/sample-traffic.ts'
import { SearchFollower } from './search/search-follower.ts'
import { SearchIndex } from './search/search-index.ts'
import { ActivityLog } from './trends/activity-log.ts'
import { Trends } from './trends/trends.ts'
import { Watches } from './watches/watches.ts'
import type { DocumentStore } from './documents/document-store.ts'

/** Everything a server of the workspace works with. */
export interface Workspace {
  readonly queues: MessageQueueService
  readonly documents: DocumentStore
  readonly searchIndex: SearchIndex
  readonly search: SearchFollower
  readonly imports: ImportService
  readonly inbox: Inbox
  readonly people: People
  readonly watches: Watches
  readonly events: WorkspaceEvents
  readonly trends: Trends
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
  const { queues, outbox } = shared
  const events = new WorkspaceEvents({ ...shared, documents }, log)
  await events.start()
  const activity = new ActivityLog(outbox, log)
  const sample = new SampleTraffic(connection, log)
  const rooms = new LiveDocuments({ documents, updates: shared.updates, log, onSaved: () => undefined })
  return {
    queues,
    documents,
    searchIndex,
    search,
    imports: new ImportService({ documents, record: shared.imports, outbox }),
    inbox: shared.inbox,
    people: shared.people,
    watches: shared.watches,
    events,
    trends: shared.trends,
    outbox,
    activity,
    sample,
    rooms,
    handle: () => handleQueues(queues, { ...shared, documents, search }, log),
    close: once(async () => {
      await rooms.close()
      await sample.close()
      await activity.close()
      await events.close()
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
  handleQueues(
    shared.queues,
    { ...shared, documents: new SharedDocumentStore(connection.keyValue('workspace-documents')), search: undefined },
    log,
  )
  return { queues: shared.queues, close: once(() => shared.queues.close()) }
}

function openDocuments(connection: Connection, folder: string): DocumentStore {
  if (connection.kind === 'embedded') return new EmbeddedDocumentStore(join(folder, 'documents.db'))
  return new SharedDocumentStore(connection.keyValue('workspace-documents'))
}

function sharedRooms(connection: Connection, log: Log) {
  const queues = new MessageQueueService({ connection, log })
  return {
    queues,
    outbox: new Outbox(queues),
    updates: new UpdateLog(connection.keyValue('workspace-rooms')),
    imports: new ImportRecord(connection.keyValue('workspace-imports')),
    inbox: new Inbox(connection.keyValue('workspace-inbox')),
    people: new People(connection.keyValue('workspace-people')),
    watches: new Watches(connection.keyValue('workspace-watches')),
    trends: new Trends(connection.keyValue('workspace-trends')),
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}
