/** The metrics that pages look up, as the catalogue names them. */
export const metrics = {
  enqueued: 'queue.enqueued',
  completed: 'queue.completed',
  failed: 'queue.failed',
  failureRatio: 'queue.failure_ratio',
  ready: 'queue.ready',
  oldest: 'queue.oldest_age',
  wait: 'queue.wait_time',
  run: 'queue.run_time',
  response: 'api.response_time',
  errorRatio: 'api.error_ratio',
  storeMemory: 'store.memory',
  storeUsage: 'store.memory_usage',
  cpu: 'cpu.usage',
  memory: 'memory.usage',
  disk: 'disk.usage',
  eventLoop: 'event_loop.utilization',
} as const
