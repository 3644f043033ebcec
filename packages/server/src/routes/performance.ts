import type { PerformanceMonitoringService } from '@millrace/monitor'
import { routes } from '@millrace/contract'
import { defineHandlers, Reply } from '../http/handler.ts'

const [json, csv, prometheus] = routes.exportMetrics.contentTypes
/** By format: the content type, and how a file of it ends. */
const files = { json: [json, 'json'], csv: [csv, 'csv'], prometheus: [prometheus, 'prom'] } as const

/** What the monitor keeps, over HTTP. */
export function performanceHandlers(monitor: PerformanceMonitoringService) {
  return defineHandlers({
    getSystemMetrics: () => monitor.getSystemMetrics(),
    getAPIMetrics: ({ query }) => monitor.getAPIMetrics(query.range),
    listMetrics: () => ({ metrics: monitor.metrics }),
    getMetric: ({ params, query: { range, buckets, ...selector } }) =>
      monitor.getMetrics(params.metricName, range, selector, { buckets: buckets === 1 }),
    exportMetrics: async ({ query: { format, range } }) => {
      const [contentType, ending] = files[format]
      return new Reply(await monitor.exportMetrics(format, range), {
        'content-type': contentType,
        'content-disposition': `attachment; filename="millrace-${range}-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.${ending}"`,
      })
    },
    getAggregatedMetric: ({ params, query: { range, ...selector } }) => monitor.getAggregatedMetrics(params.metricName, range, selector),
  })
}
