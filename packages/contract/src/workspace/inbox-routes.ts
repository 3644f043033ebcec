import { Type } from 'typebox'
import { record } from '../primitives.ts'
import type { Route } from '../route.ts'
import { DocumentsChanged, ImportMoved } from './events.ts'
import { Inbox, InboxRead, Unread } from './inbox.ts'

/** The rows of what one person is told, at once and later. */
export const inboxRoutes = {
  getInbox: {
    method: 'GET',
    path: '/api/workspace/inbox',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: "The notices of the token's subject, newest first",
    query: record({ limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }) }),
    status: 200,
    answer: Inbox,
  },
  readInbox: {
    method: 'POST',
    path: '/api/workspace/inbox/read',
    policy: 'workspace',
    role: 'viewer',
    audited: true,
    summary: 'Mark notices of the own inbox as read, some or all',
    body: InboxRead,
    status: 200,
    answer: Unread,
  },
  watchWorkspace: {
    method: 'GET',
    path: '/api/workspace/events',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary:
      'What changes as it does, as server-sent events until the token ends: the own inbox, documents, and imports for those who may import; charged once. At most 20 a user and 500 an address',
    status: 200,
    answer: Unread,
    events: { inbox: Unread, documents: DocumentsChanged, import: ImportMoved },
    // A tab each, and an office behind one address.
    seats: { user: 20, address: 500 },
  },
} as const satisfies Record<string, Route>
