import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Count, EpochMs, nullable, oneOf, record } from '../primitives.ts'
import { DocumentId } from './documents.ts'

const NoticeId = Type.String({ minLength: 1, maxLength: 256 })

/** One notice for one reader. */
export const InboxItem = record({
  id: NoticeId,
  kind: oneOf(['mention', 'watch'], '`mention`: the reader is named in a document; `watch`: one that they watch has changed'),
  urgent: Type.Boolean({ description: 'a mention that asks for immediate attention' }),
  documentId: DocumentId,
  title: Type.String({ description: 'of the document' }),
  excerpt: Type.String({
    description: 'plain text of the line with the mention, or of the first line that changed; at most 300 characters',
  }),
  from: nullable(Type.String({ description: 'the subject who wrote or imported it; of a watched document the last one' })),
  createdAtMs: EpochMs,
  read: Type.Boolean(),
})
export type InboxItem = Static<typeof InboxItem>

/** The notices of the token's subject, newest first; `unread` counts all of them, also those beyond `limit`. */
export const Inbox = record({ items: Type.Array(InboxItem), unread: Count })
export type Inbox = Static<typeof Inbox>

/** Which notices were read: all when `ids` is left out. */
export const InboxRead = record({ ids: Type.Optional(Type.Array(NoticeId, { maxItems: 1_000 })) })
export type InboxRead = Static<typeof InboxRead>

export const Unread = record({ unread: Count })
export type Unread = Static<typeof Unread>
