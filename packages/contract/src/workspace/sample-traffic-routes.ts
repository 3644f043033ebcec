import type { Route } from '../route.ts'
import { SampleStart, SampleTraffic } from './sample-traffic.ts'

/** The rows of messages made up for newcomers. */
export const sampleTrafficRoutes = {
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
