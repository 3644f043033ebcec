import { Type } from 'typebox'
import type { Static } from 'typebox'
import { DocumentId } from './documents.ts'
import { Count, EpochMs, nullable, oneOf, record } from './primitives.ts'

/** One notice for one reader. */
export const InboxItem = record({
  id: Type.String(),
  kind: oneOf(['mention']),
  documentId: DocumentId,
  title: Type.String({ description: 'of the document' }),
  excerpt: Type.String({ description: 'plain text around the mention, at most 300 characters' }),
  from: nullable(Type.String({ description: 'the subject who wrote or imported it' })),
  createdAtMs: EpochMs,
  read: Type.Boolean(),
})
export type InboxItem = Static<typeof InboxItem>

/** The notices of the token's subject, newest first; `unread` counts all of them, also those beyond `limit`. */
export const Inbox = record({ items: Type.Array(InboxItem), unread: Count })
export type Inbox = Static<typeof Inbox>
