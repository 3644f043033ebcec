import type { Connection } from '@millrace/connection'
import type { PerformanceMonitoringService } from '@millrace/monitor'
import { routes } from '@millrace/contract'
import { SummaryFeeds } from '../stream/summary-feeds.ts'
import type { QueueDirectory } from './queue-directory.ts'
import { defineHandlers, Reply } from '../http/handler.ts'

const [json, csv, prometheus] = routes.exportMetrics.contentTypes
/** By format: the content type, and how a file of it ends. */
const files = { json: [json, 'json'], csv: [csv, 'csv'], prometheus: [prometheus, 'prom'] } as const

/** The tags of If-None-Match; a weak one is as good, since a tag here is of what was measured and not of bytes. */
function tagsOf(header: string | undefined): string[] {
  return (header ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .filter((tag) => tag !== '')
}

interface PerformanceParts {
  readonly monitor: PerformanceMonitoringService
  readonly connection: Connection
  readonly directory: QueueDirectory
}

/** What the monitor keeps, over HTTP. */
export function performanceHandlers({ monitor, connection, directory }: PerformanceParts) {
  const feeds = new SummaryFeeds(monitor, connection)
  /** A name that was mistyped would look like a queue at rest. */
  const requireQueue = async (name: string | undefined) => void (name !== undefined && (await directory.queue(name)))
  return defineHandlers({
    getSummary: async ({ query: { range, view, ...selection }, headers }) => {
      await requireQueue(selection.queue)
      const tag = `"${monitor.summaryRevision(range, view, selection)}"`
      const caching = { etag: tag, 'cache-control': 'private, no-cache', vary: 'authorization, cookie' }
      const tags = tagsOf(headers['if-none-match'])
      if (tags.includes(tag)) return new Reply(null, caching, 304)
      // A browser adds no-cache of its own to a request that names a tag (Fetch standard): only without one is it the reader's wish.
      const isFresh = tags.length === 0 && /(^|[\s,])(no-cache|no-store)([\s,]|$)/i.test(headers['cache-control'] ?? '')
      return new Reply(await monitor.getSummary(range, view, selection, { isFresh }), caching)
    },
    streamSummary: async ({ query, openStream, requestId }) => {
      await requireQueue(query.queue)
      return feeds.watch(query, openStream(), requestId)
    },
    getHealth: async () => {
      const report = await monitor.getHealth()
      return report.status === 'unhealthy' ? new Reply(report, {}, 503) : report
    },
    scrapeMetrics: async () => new Reply(await monitor.prometheusText(), { 'content-type': prometheus }),
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
