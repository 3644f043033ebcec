/** A row of what the product is to be: each is walked by tests whose titles begin with its number. */
export interface Row {
  readonly number: `M${number}`
  readonly part: string
  /** What must be true, as a user would say it. */
  readonly promise: string
  /** What of it is not there: then it reads "not yet", however well the rest of it works. */
  readonly notYet?: string
}

export const rows: readonly Row[] = [
  {
    number: 'M1',
    part: 'MessageQueueService',
    promise:
      'the application’s set of queues on Redis sorted sets, with the levels urgent, high, normal and low, ordered by level and due time',
  },
  { number: 'M2', part: 'Scheduled messages', promise: '`scheduledFor` and `delayMs`: a message never runs early' },
  {
    number: 'M3',
    part: 'Retry',
    promise: 'exponential backoff, `retryDelay × 2^(retries−1)` seconds, up to `maxRetries`, then dead with its reason',
  },
  {
    number: 'M4',
    part: 'Batch processing',
    promise: '5 to 50 messages a batch, set per queue; a partial failure fails only its own messages',
  },
  {
    number: 'M5',
    part: 'Four default queues',
    promise: '`notifications`, `document-operations`, `search-operations` and `analytics`, each with a real handler in the workspace',
  },
  {
    number: 'M6',
    part: 'Statistics and throughput',
    promise: 'counters kept by the store itself, per queue and level, rates over a minute, percentiles of wait and run times',
  },
  { number: 'M7', part: 'Automatic clean-up', promise: 'completed messages leave by count and by age, without anyone calling anything' },
  {
    number: 'M8',
    part: 'PerformanceMonitoringService',
    promise: '`getSystemMetrics()`: CPU, memory, disk, network, Redis, application',
  },
  {
    number: 'M9',
    part: 'recordAPIRequest',
    promise: 'per method and endpoint: requests, errors, mean, least, most, P50, P95 and P99',
  },
  {
    number: 'M10',
    part: 'Stored metrics',
    promise: 'kept in Redis or in the file, with an end; least, most, mean, P95 and P99 over 1h, 24h and 7d; collected every minute',
  },
  {
    number: 'M11',
    part: 'CacheService',
    promise: 'get, set and delete with a time to live, `getOrSet` without a stampede, sorted sets',
  },
  { number: 'M12', part: 'REST: performance', promise: 'system, API, summary, one metric, one metric as one figure, export, health' },
  { number: 'M13', part: 'REST: queues', promise: 'all queues, one queue, its size, clearing what is completed' },
  {
    number: 'M14',
    part: 'Rate limits',
    promise: '50 performance and 200 queue requests in 15 minutes an address, shared by all servers of a store',
  },
  { number: 'M15', part: 'Authentication', promise: 'no endpoint of the interface answers without a token' },
  {
    number: 'M16',
    part: 'PerformanceDashboard',
    promise:
      'progress bars, table of routes with coloured status, queues, Redis, range, refresh by itself every 30 s and by hand, on a phone too, loading and failing said',
  },
  {
    number: 'M17',
    part: 'Health, recovery, alerting',
    promise: 'an enhanced health check; work goes on after every fault; alerts in real time',
    notYet: 'alerts',
  },
  { number: 'M18', part: 'API documentation', promise: 'OpenAPI 3.1 made from the schemas of the routes, browsable' },
  {
    number: 'M19',
    part: 'Horizontal scaling',
    promise: 'any number of servers and workers share one Redis; Sentinel and Cluster',
    notYet: 'Sentinel and Cluster are tried with one node only',
  },
  { number: 'M20', part: 'Latency', promise: 'metric endpoints answer within 20 ms at P99 with a million messages waiting' },
  {
    number: 'M21',
    part: 'CollaborativeEditor',
    promise: 'several people in one document, cursors live, edits made offline merge',
  },
]
