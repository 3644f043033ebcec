import type { DocumentStore } from '../documents/document-store.ts'
import type { RecentDocuments } from '../documents/recent-documents.ts'
import type { LiveTexts } from '../collaboration/live-texts.ts'
import type { Snapshots } from '../collaboration/snapshots.ts'
import type { ImportRecord } from '../imports/import-record.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { Outbox } from '../outbox.ts'
import type { People } from '../people/people.ts'
import type { IndexMaker } from '../search/index-maker.ts'
import type { SearchFollower } from '../search/search-follower.ts'
import type { DocumentActivity } from '../trends/document-activity.ts'
import type { Trends } from '../trends/trends.ts'
import type { Watches } from '../watches/watches.ts'

/** What the handlers work on. */
export interface Rooms {
  readonly documents: DocumentStore
  readonly recent: RecentDocuments
  readonly imports: ImportRecord
  readonly texts: LiveTexts
  readonly snapshots: Snapshots
  readonly inbox: Inbox
  readonly trends: Trends
  readonly documentActivity: DocumentActivity
  readonly outbox: Outbox
  readonly people: People
  readonly watches: Watches
  /** This process's own search file; a worker without one leaves indexing to those that have. */
  readonly search: SearchFollower | undefined
  readonly indexMaker: IndexMaker | undefined
}
