import { Type } from 'typebox'
import { record } from '../primitives.ts'
import type { Route } from '../route.ts'
import { DocumentId } from './documents.ts'

/** The row of rooms, in which documents are edited together. */
export const roomRoutes = {
  openRoom: {
    method: 'GET',
    path: '/api/workspace/documents/:id/room',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'Edit a document together: a WebSocket of the protocol of @millrace/collaboration; viewers read, operators write',
    params: record({ id: DocumentId }),
    websocket: true,
    status: 101,
    answer: Type.Null({ description: 'binary messages in both directions' }),
  },
} as const satisfies Record<string, Route>
