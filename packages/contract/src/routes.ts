import { Type } from 'typebox'
import { DocumentCreated, DocumentId, DocumentList, Document, DocumentVersions, NewDocument } from './documents.ts'
import { Live, Ready } from './health.ts'
import { ImportAccepted, ImportId, ImportProgress } from './imports.ts'
import { Inbox } from './inbox.ts'
import { EnqueueAnswer, EnqueueBody, MessageId } from './messages.ts'
import { QueueName, record } from './primitives.ts'
import { QueuePaused, RedriveBody, Redriven } from './queue-actions.ts'
import type { Route } from './route.ts'
import { SampleStart, SampleTraffic } from './sample-traffic.ts'
import { SearchAnswer } from './search.ts'
import { NewSession, Session, SignedOut } from './session.ts'
import { Trends } from './trends.ts'
import { metricsRoutes, performanceRoutes } from './performance/performance-routes.ts'
const queue = record({ queueName: QueueName })
const document = record({ id: DocumentId })
const importing = record({ id: ImportId })

const messageRoutes = {
  enqueue: {
    method: 'POST',
    path: '/api/queues/:queueName/messages',
    policy: 'queues',
    role: 'operator',
    audited: true,
    summary: 'Enqueue one message, or up to 1,000; under an Idempotency-Key a repeated request adds nothing',
    params: queue,
    headers: Type.Object({ 'idempotency-key': Type.Optional(MessageId) }),
    body: EnqueueBody,
    bodyLimitBytes: 8 * 1024 * 1024,
    status: 201,
    answer: EnqueueAnswer,
  },
  pauseQueue: {
    method: 'POST',
    path: '/api/queues/:queueName/pause',
    policy: 'queues',
    role: 'operator',
    audited: true,
    summary: 'Give out no message of a queue until it is resumed; enqueue and what runs go on',
    params: queue,
    status: 200,
    answer: QueuePaused,
  },
  resumeQueue: {
    method: 'POST',
    path: '/api/queues/:queueName/resume',
    policy: 'queues',
    role: 'operator',
    audited: true,
    summary: 'Give out the messages of a paused queue again',
    params: queue,
    status: 200,
    answer: QueuePaused,
  },
  redriveQueue: {
    method: 'POST',
    path: '/api/queues/:queueName/redrive',
    policy: 'queues',
    role: 'operator',
    audited: true,
    summary: 'Make dead messages ready again, with their attempts counted from zero',
    params: queue,
    body: RedriveBody,
    status: 200,
    answer: Redriven,
  },
} as const satisfies Record<string, Route>

const workspaceRoutes = {
  createDocument: {
    method: 'POST',
    path: '/api/workspace/documents',
    policy: 'workspace',
    role: 'operator',
    audited: true,
    summary: 'Write a new document',
    body: NewDocument,
    status: 201,
    answer: DocumentCreated,
  },
  listDocuments: {
    method: 'GET',
    path: '/api/workspace/documents',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'The documents, last changed first',
    query: record({
      limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
      cursor: Type.Optional(Type.String({ maxLength: 256 })),
    }),
    status: 200,
    answer: DocumentList,
  },
  getDocument: {
    method: 'GET',
    path: '/api/workspace/documents/:id',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'One document with its newest text',
    params: document,
    status: 200,
    answer: Document,
  },
  listVersions: {
    method: 'GET',
    path: '/api/workspace/documents/:id/versions',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'The kept versions of a document, newest first',
    params: document,
    status: 200,
    answer: DocumentVersions,
  },
  search: {
    method: 'GET',
    path: '/api/workspace/search',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'Find documents by their words',
    query: record({ q: Type.String({ minLength: 1, maxLength: 200 }), limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }) }),
    status: 200,
    answer: SearchAnswer,
  },
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
  getTrends: {
    method: 'GET',
    path: '/api/workspace/trends',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'What was written, read and searched',
    status: 200,
    answer: Trends,
  },
  startImport: {
    method: 'POST',
    path: '/api/workspace/import',
    policy: 'workspace',
    role: 'operator',
    audited: true,
    summary: 'Import a folder: multipart/form-data, one file a part, its path as file name; ≤ 1 MiB a file, ≤ 10,000 files',
    query: record(
      { id: Type.Optional(ImportId) },
      { description: 'an id of your own lets you follow and cancel while the upload goes on' },
    ),
    bodyKind: 'multipart',
    status: 202,
    answer: ImportAccepted,
  },
  getImport: {
    method: 'GET',
    path: '/api/workspace/import/:id',
    policy: 'workspace',
    role: 'operator',
    audited: false,
    summary: 'How far an import is, and what it left out',
    params: importing,
    status: 200,
    answer: ImportProgress,
  },
  cancelImport: {
    method: 'DELETE',
    path: '/api/workspace/import/:id',
    policy: 'workspace',
    role: 'operator',
    audited: true,
    summary: 'Cancel what an import has not stored yet; what is stored stays',
    params: importing,
    status: 200,
    answer: ImportProgress,
  },
  getSampleTraffic: {
    method: 'GET',
    path: '/api/workspace/sample-traffic',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'Whether made-up messages for newcomers are flowing',
    status: 200,
    answer: SampleTraffic,
  },
  startSampleTraffic: {
    method: 'POST',
    path: '/api/workspace/sample-traffic',
    policy: 'workspace',
    role: 'operator',
    audited: true,
    summary: 'Let made-up messages flow through a queue of their own for some minutes; what flows already goes on',
    body: SampleStart,
    status: 200,
    answer: SampleTraffic,
  },
  stopSampleTraffic: {
    method: 'DELETE',
    path: '/api/workspace/sample-traffic',
    policy: 'workspace',
    role: 'operator',
    audited: true,
    summary: 'Stop the made-up messages; what waits of them is removed',
    status: 200,
    answer: SampleTraffic,
  },
} as const satisfies Record<string, Route>

const sessionRoutes = {
  createSession: {
    method: 'POST',
    path: '/api/session',
    policy: 'auth',
    role: 'public',
    audited: true,
    summary: 'Sign a browser in: a cookie for the token of a one-time link or a JWT, for at most 12 h',
    body: NewSession,
    status: 201,
    answer: Session,
  },
  getSession: {
    method: 'GET',
    path: '/api/session',
    policy: 'auth',
    role: 'viewer',
    audited: false,
    summary: 'Who am I',
    status: 200,
    answer: Session,
  },
  deleteSession: {
    method: 'DELETE',
    path: '/api/session',
    policy: 'auth',
    role: 'viewer',
    audited: true,
    summary: 'Sign out: the session ends in every process',
    status: 200,
    answer: SignedOut,
  },
} as const satisfies Record<string, Route>

const healthRoutes = {
  getLive: {
    method: 'GET',
    path: '/health/live',
    policy: 'none',
    role: 'public',
    audited: false,
    summary: 'The process runs',
    status: 200,
    answer: Live,
  },
  getReady: {
    method: 'GET',
    path: '/health/ready',
    policy: 'none',
    role: 'public',
    audited: false,
    summary: 'The store answers; else 503 with the reason',
    status: 200,
    answer: Ready,
  },
} as const satisfies Record<string, Route>

/** THE TABLE: every operation of the interface by the name the client gives it. */
export const routes = {
  ...performanceRoutes,
  ...messageRoutes,
  ...workspaceRoutes,
  ...sessionRoutes,
  ...metricsRoutes,
  ...healthRoutes,
} as const

export type RouteName = keyof typeof routes
