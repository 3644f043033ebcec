export { ApiError, createClient } from './client.ts'
export type { CallOptions, Client, ClientOptions, EventOf } from './client.ts'
export { Live, Ready } from './health.ts'
export { isProblem } from './is-problem.ts'
export { Enqueued, EnqueueAnswer, EnqueueBody, EnqueueFailure, EnqueueResults, MessageId, NewMessage, NewMessages } from './messages.ts'
export { Level, QueueName } from './primitives.ts'
export { Buckets, ExportFormat, Labels, MetricUnit, Range, Status } from './performance/figures.ts'
export { Check, HealthReport } from './performance/health-report.ts'
export { AggregatedMetric, Metric, MetricCatalogue, MetricPoint, MetricSeries } from './performance/metrics.ts'
export { APIMetrics, RouteMetrics } from './performance/route-metrics.ts'
export { Heatmap, Limit, Reason, Series, Summary, Verdict, View } from './performance/summary.ts'
export { ApplicationFigures, Instance, StoreFigures, SystemMetrics } from './performance/system.ts'
export { FieldProblem, Problem } from './problem.ts'
export { QueuePaused, RedriveBody, Redriven } from './queue-actions.ts'
export { CompletedCleared, LevelStats, Percentiles, QueueList, QueueSize, QueueStats } from './queue-stats.ts'
export type { Answer, Body, Headers, Params, Query } from './request.ts'
export { readEvents } from './read-events.ts'
export type { SentEvent } from './read-events.ts'
export { roles } from './route.ts'
export type { Policy, Role, Route, Seats } from './route.ts'
export { routes } from './routes.ts'
export type { RouteName } from './routes.ts'
export { NewSession, Session, SignedOut } from './session.ts'
export {
  Backlink,
  CausedMessage,
  DocumentActivity,
  DocumentLink,
  DocumentLinks,
  DocumentMessages,
  Heading,
  Rendered,
} from './workspace/document-insight.ts'
export {
  Document,
  DocumentCreated,
  DocumentDeleted,
  DocumentId,
  DocumentList,
  DocumentRestored,
  DocumentSummary,
  DocumentVersion,
  DocumentVersions,
  NewDocument,
  Watch,
  VersionText,
} from './workspace/documents.ts'
export { DocumentsChanged, ImportMoved } from './workspace/events.ts'
export { FailedFile, ImportAccepted, ImportId, ImportProgress, SkippedFile, SkipReason } from './workspace/imports.ts'
export { Inbox, InboxItem, InboxRead, Unread } from './workspace/inbox.ts'
export { People } from './workspace/people.ts'
export { SampleStart, SampleTraffic } from './workspace/sample-traffic.ts'
export { Reindex, SearchAnswer, SearchResult, Suggestions } from './workspace/search.ts'
export { TrendDay, Trends } from './workspace/trends.ts'
