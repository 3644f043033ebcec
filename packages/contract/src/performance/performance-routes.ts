import { Type } from 'typebox'
import { QueueName, record } from '../primitives.ts'
import { Problem } from '../problem.ts'
import { CompletedCleared, QueueList, QueueSize, QueueStats } from '../queue-stats.ts'
import type { Route } from '../route.ts'
import { ExportFormat, Range } from './figures.ts'
import { HealthReport } from './health-report.ts'
import { AggregatedMetric, MetricCatalogue, MetricSeries } from './metrics.ts'
import { APIMetrics } from './route-metrics.ts'
import { Summary, View } from './summary.ts'
import { SystemMetrics } from './system.ts'

const queue = record({ queueName: QueueName })
const metric = record({ metricName: Type.String({ minLength: 1, maxLength: 128 }) })
const label = Type.Optional(Type.String({ maxLength: 512, description: 'one that nothing was measured for has no figures' }))
/** Which of a metric's series; a name that is left out means all, and one that nothing was measured for is empty. */
const selectors = { queue: label, level: label, method: label, endpoint: label, instance: label }
const range = Type.Enum(Range.enum, { default: '1h' })

const prometheusText = 'text/plain; version=0.0.4; charset=utf-8'

/** What a summary is of: a range and a view, and within it one queue or one route. */
const watched = record({
  range,
  view: Type.Enum(View.enum, { default: 'overview' }),
  queue: Type.Optional(QueueName),
  method: Type.Optional(Type.String({ maxLength: 16, description: 'with endpoint: one route; one that got no request has no figures' })),
  endpoint: label,
})

/** The rows of figures and queues. */
export const performanceRoutes = {
  getSystemMetrics: {
    method: 'GET',
    path: '/api/performance/system',
    policy: 'performance',
    role: 'viewer',
    audited: false,
    summary: 'What the answering process and its machine bear now',
    status: 200,
    answer: SystemMetrics,
  },
  getAPIMetrics: {
    method: 'GET',
    path: '/api/performance/api',
    policy: 'performance',
    role: 'viewer',
    audited: false,
    summary: 'Every route that got a request in the range, with its percentiles',
    query: record({ range }),
    status: 200,
    answer: APIMetrics,
  },
  getSummary: {
    method: 'GET',
    path: '/api/performance/summary',
    policy: 'performance',
    role: 'viewer',
    audited: false,
    summary:
      'All that one section of the dashboard shows; with If-None-Match 304 while nothing new was measured, which is not charged; with Cache-Control: no-cache and no tag as it is now',
    query: watched,
    headers: Type.Object({
      'if-none-match': Type.Optional(Type.String({ description: 'an ETag that was answered before' })),
      'cache-control': Type.Optional(
        Type.String({ description: 'no-cache without a tag: queues as they are now, not as they were told a moment ago' }),
      ),
    }),
    status: 200,
    answer: Summary,
    hasTag: true,
  },
  streamSummary: {
    method: 'GET',
    path: '/api/performance/stream',
    policy: 'performance',
    role: 'viewer',
    audited: false,
    summary: 'The summary every 2 to 5 s as server-sent events, until the token ends; charged once. At most 5 a user and 20 an address',
    query: watched,
    status: 200,
    answer: Summary,
    events: { summary: Summary, problem: Problem },
  },
  listMetrics: {
    method: 'GET',
    path: '/api/performance/metrics',
    policy: 'performance',
    role: 'viewer',
    audited: false,
    summary: 'The catalogue: every metric that is kept',
    status: 200,
    answer: MetricCatalogue,
  },
  getMetric: {
    method: 'GET',
    path: '/api/performance/metrics/:metricName',
    policy: 'performance',
    role: 'viewer',
    audited: false,
    summary: 'The course of one metric over a range, in all processes',
    params: metric,
    query: record({
      range,
      ...selectors,
      buckets: Type.Optional(Type.Integer({ minimum: 0, maximum: 1, description: '1: with buckets' })),
    }),
    status: 200,
    answer: MetricSeries,
  },
  getAggregatedMetric: {
    method: 'GET',
    path: '/api/performance/metrics/:metricName/aggregated',
    policy: 'performance',
    role: 'viewer',
    audited: false,
    summary: 'One metric over the whole range as one',
    params: metric,
    query: record({ range, ...selectors }),
    status: 200,
    answer: AggregatedMetric,
  },
  getHealth: {
    method: 'GET',
    path: '/api/performance/health',
    policy: 'performance',
    role: 'viewer',
    audited: false,
    summary: 'Every check with what was observed; 503 with the same body when unhealthy',
    status: 200,
    answer: HealthReport,
    unwellStatus: 503,
  },
  exportMetrics: {
    method: 'GET',
    path: '/api/performance/export',
    policy: 'performance',
    role: 'viewer',
    audited: false,
    summary: 'Everything that is kept of a range, in all processes, as one text in the format asked for',
    query: record({ range, format: Type.Enum(ExportFormat.enum, { default: 'json' }) }),
    status: 200,
    answer: Type.String({ description: 'as Content-Type says: JSON, CSV (RFC 4180) or Prometheus text' }),
    contentTypes: ['application/json', 'text/csv; charset=utf-8; header=present', prometheusText],
  },
  listQueues: {
    method: 'GET',
    path: '/api/performance/queues',
    policy: 'queues',
    role: 'viewer',
    audited: false,
    summary: 'Every queue of the store with its counts, rates and percentiles',
    status: 200,
    answer: QueueList,
  },
  getQueue: {
    method: 'GET',
    path: '/api/performance/queues/:queueName',
    policy: 'queues',
    role: 'viewer',
    audited: false,
    summary: 'One queue with its counts, rates and percentiles',
    params: queue,
    status: 200,
    answer: QueueStats,
  },
  getQueueSize: {
    method: 'GET',
    path: '/api/performance/queues/:queueName/size',
    policy: 'queues',
    role: 'viewer',
    audited: false,
    summary: 'How many messages of a queue wait and run',
    params: queue,
    status: 200,
    answer: QueueSize,
  },
  clearCompleted: {
    method: 'DELETE',
    path: '/api/performance/queues/:queueName/completed',
    policy: 'queues',
    role: 'operator',
    audited: true,
    summary: 'Remove the completed messages of a queue',
    params: queue,
    status: 200,
    answer: CompletedCleared,
  },
} as const satisfies Record<string, Route>

/** What other programs collect. */
export const metricsRoutes = {
  scrapeMetrics: {
    method: 'GET',
    path: '/metrics',
    policy: 'metrics',
    role: 'viewer',
    audited: false,
    summary: 'What Prometheus scrapes from this process; its queues are those of the whole store',
    status: 200,
    answer: Type.String({ description: 'Prometheus text' }),
    contentTypes: [prometheusText],
  },
} as const satisfies Record<string, Route>
