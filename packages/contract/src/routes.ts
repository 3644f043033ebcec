import { Type } from 'typebox'
import { Live, Ready } from './health.ts'
import { EnqueueAnswer, EnqueueBody, MessageId } from './messages.ts'
import { QueueName, record } from './primitives.ts'
import { QueuePaused, RedriveBody, Redriven } from './queue-actions.ts'
import type { Route } from './route.ts'
import { NewSession, Session, SignedOut } from './session.ts'
import { metricsRoutes, performanceRoutes } from './performance/performance-routes.ts'
import { documentRoutes } from './workspace/document-routes.ts'
import { importRoutes } from './workspace/import-routes.ts'
import { inboxRoutes } from './workspace/inbox-routes.ts'
import { roomRoutes } from './workspace/room-routes.ts'
import { sampleTrafficRoutes } from './workspace/sample-traffic-routes.ts'
import { searchRoutes } from './workspace/search-routes.ts'
import { versionRoutes } from './workspace/version-routes.ts'

const queue = record({ queueName: QueueName })

const messageRoutes = {
  enqueue: {
    method: 'POST',
    path: '/api/queues/:queueName/messages',
    policy: 'queues',
    role: 'operator',
    audited: true,
    summary:
      'Enqueue one message, or up to 1,000, into a queue that is there: a program makes one by its first enqueue or worker, this never does; under an Idempotency-Key a repeated request adds nothing',
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
  ...documentRoutes,
  ...versionRoutes,
  ...roomRoutes,
  ...searchRoutes,
  ...inboxRoutes,
  ...importRoutes,
  ...sampleTrafficRoutes,
  ...sessionRoutes,
  ...metricsRoutes,
  ...healthRoutes,
} as const

export type RouteName = keyof typeof routes
