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
  RouteMetrics,
  Status,
  StoreFigures,
  SystemMetrics,
} from './answers.ts'
export type { Clock } from './clock.ts'
export { exportFormats } from './export/export-metrics.ts'
export type { ExportFormat } from './export/export-metrics.ts'
export { monitorErrors } from './errors.ts'
export type { MonitorErrorCode } from './errors.ts'
export type { QueueMinuteLike, QueueSource, QueueStatsLike } from './queues/queue-source.ts'
export { ranges } from './series/tier.ts'
export type { Range } from './series/tier.ts'
export type { Metric, MetricUnit } from './series/catalogue.ts'
