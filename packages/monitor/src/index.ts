export { PerformanceMonitoringService } from './performance-monitoring-service.ts'
export type { PerformanceMonitoringServiceOptions, PointDetails, RequestDetails } from './performance-monitoring-service.ts'
export type {
  AggregatedMetric,
  APIMetrics,
  ApplicationFigures,
  Figures,
  Instance,
  MetricPoint,
  MetricSelector,
  MetricSeries,
  QueueStats,
  RouteMetrics,
  Status,
  StoreFigures,
  SystemMetrics,
} from './answers.ts'
export type { Clock } from './clock.ts'
export type { CacheSource } from './collectors/cache-reads.ts'
export { exportFormats } from './export/export-metrics.ts'
export type { ExportFormat } from './export/export-metrics.ts'
export { monitorErrors } from './errors.ts'
export type { MonitorErrorCode } from './errors.ts'
export type { QueueMinuteLike, QueueSource } from './queues/queue-source.ts'
export type { Check, HealthReport } from './health/health-report.ts'
export { views } from './summary/summary.ts'
export type { Summary, SummarySelection, View } from './summary/summary.ts'
export type { Heatmap, Series } from './summary/series-lines.ts'
export type { Limit } from './verdict/limits.ts'
export type { Reason, Verdict } from './verdict/verdict-store.ts'
export { ranges } from './series/tier.ts'
export type { Range } from './series/tier.ts'
export type { Metric, MetricUnit } from './series/catalogue.ts'
