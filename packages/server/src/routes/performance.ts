import type { PerformanceMonitoringService } from '@millrace/monitor'
import { defineHandlers } from '../http/handler.ts'

/** What the monitor keeps, over HTTP. */
export function performanceHandlers(monitor: PerformanceMonitoringService) {
  return defineHandlers({
    getAPIMetrics: ({ query }) => monitor.getAPIMetrics(query.range),
    listMetrics: () => ({ metrics: monitor.metrics }),
    getMetric: ({ params, query: { range, buckets, ...selector } }) =>
      monitor.getMetrics(params.metricName, range, selector, { buckets: buckets === 1 }),
    getAggregatedMetric: ({ params, query: { range, ...selector } }) => monitor.getAggregatedMetrics(params.metricName, range, selector),
  })
}
