import type { RouteMetrics, Summary, SystemMetrics } from '@millrace/contract'
import type { Examples } from '../examples.ts'
import { mail } from './queues.ts'
import { momentMs } from './moment.ts'

const figures = { count: 412, min: 0.8, max: 204.2, avg: 9.4, p50: 6.1, p95: 24.7, p99: 88.9 } as const
const nothing = { count: 0, min: null, max: null, avg: null, p50: null, p95: null, p99: null } as const
const params = { metricName: 'api.response_time' }

export const orders: RouteMetrics = {
  method: 'GET',
  endpoint: '/orders/:id',
  requests: 12_408,
  errors: 3,
  clientErrors: 41,
  avgResponseTime: 9.4,
  minResponseTime: 0.8,
  maxResponseTime: 204.2,
  p50: 6.1,
  p95: 24.7,
  p99: 88.9,
  requestsPerSecond: 3.447,
  status: 'healthy',
  reason: null,
}

export const system: SystemMetrics = {
  timestamp: momentMs,
  instance: 'web-1-4711-9f2c',
  cpu: { usage: 37.2, load: [0.61, 0.74, 0.7], cores: 2, limit: 'host', throttled: null },
  memory: { usedBytes: 1_811_939_328, totalBytes: 4_123_168_604, usage: 43.9, limit: 'host' },
  disk: { path: '/var/lib/millrace', usedBytes: 18_253_611_008, totalBytes: 62_725_623_808, usage: 30.7 },
  network: { receivedBytes: 912_680_550, sentBytes: 401_231_872, receivedBytesPerSecond: 18_422.1, sentBytesPerSecond: 9_210.4 },
  redis: {
    connected: true,
    kind: 'redis',
    version: '7.0.15',
    usedMemoryBytes: 134_217_728,
    maxMemoryBytes: 1_073_741_824,
    memoryLimit: 'maxmemory',
    latencyMs: 0.21,
    connectedClients: 14,
    durability: 'crash-safe',
  },
  application: {
    uptime: 86_412,
    requests: 812_004,
    errors: 12,
    responseTime: 8.7,
    eventLoopUtilization: 0.18,
    eventLoopDelayMs: 12.4,
    heapUsedBytes: 61_865_984,
    heapLimitBytes: 2_197_815_296,
    version: '2.4.0',
  },
  unknown: [{ figure: 'cpu.throttled', reason: 'the process has no quota' }],
}

const summary: Summary = {
  generatedAt: momentMs,
  range: '1h',
  view: 'overview',
  resolutionSeconds: 60,
  environment: 'production',
  verdict: {
    status: 'degraded',
    since: momentMs - 252_000,
    reasons: [{ kind: 'queue', subject: 'mail', status: 'degraded', text: 'oldest 4 min 12 s, limit 1 min', since: momentMs - 192_000 }],
    aside: [],
    history: [{ timestamp: momentMs, status: 'degraded' }],
  },
  limits: [{ metric: 'system.cpu', warn: 80, critical: 95 }],
  system,
  instances: [
    {
      instance: 'web-1-4711-9f2c',
      host: 'web-1',
      pid: 4711,
      version: '2.4.0',
      startedAt: momentMs - 86_412_000,
      seenAt: momentMs,
      status: 'alive',
      cpu: 37.2,
      memory: 43.9,
      disk: 30.7,
      rssBytes: 148_897_792,
      eventLoopUtilization: 0.18,
      eventLoopDelayMs: 12.4,
    },
  ],
  api: { routes: [orders] },
  queues: [mail],
  redis: system.redis,
  alerts: [],
  series: [
    {
      metric: 'api.response_time',
      labels: {},
      statistic: 'p95',
      unit: 'ms',
      points: [
        [momentMs - 60_000, null],
        [momentMs, 24.7],
      ],
    },
  ],
  heatmaps: [],
}

export const performanceExamples: Examples<
  | 'getSystemMetrics'
  | 'getAPIMetrics'
  | 'getSummary'
  | 'streamSummary'
  | 'listMetrics'
  | 'getMetric'
  | 'getAggregatedMetric'
  | 'getHealth'
  | 'exportMetrics'
  | 'scrapeMetrics'
> = {
  getSystemMetrics: { answer: system },
  getAPIMetrics: { query: { range: '1h' }, answer: { range: '1h', routes: [orders] } },
  getSummary: { query: { range: '1h', view: 'overview' }, answer: summary },
  streamSummary: { query: { range: '1h', view: 'overview' }, answer: summary },
  listMetrics: {
    answer: {
      metrics: [{ name: 'api.response_time', unit: 'ms', kind: 'duration', help: 'Time to answer a request, by method and endpoint.' }],
    },
  },
  getMetric: {
    params,
    query: { range: '1h', method: 'GET', endpoint: '/orders/:id', buckets: 1 },
    answer: {
      metric: 'api.response_time',
      unit: 'ms',
      range: '1h',
      resolutionSeconds: 60,
      points: [
        { timestamp: momentMs - 60_000, ...nothing, buckets: [] },
        {
          timestamp: momentMs,
          ...figures,
          buckets: [
            [41, 380],
            [74, 32],
          ],
        },
      ],
    },
  },
  getAggregatedMetric: {
    params,
    query: { range: '24h' },
    answer: { metric: 'api.response_time', unit: 'ms', range: '24h', ...figures },
  },
  getHealth: {
    answer: {
      status: 'healthy',
      checks: [{ name: 'store', status: 'healthy', observed: 0.21, unit: 'ms', reason: null, checkedAt: momentMs }],
      performance: { responseTime: 9.4, p95: 24.7, requestsPerSecond: 3.447, errorRatio: 0.0002 },
    },
  },
  scrapeMetrics: {
    answer: {
      'text/plain; version=0.0.4; charset=utf-8':
        '# TYPE millrace_api_errors_total counter\nmillrace_api_errors_total{method="GET",endpoint="/orders/:id"} 3\n',
    },
  },
  exportMetrics: {
    query: { range: '1h', format: 'csv' },
    answer: {
      'application/json': `{"generatedAt":${momentMs},"range":"1h","resolutionSeconds":60,"seriesLeftOut":0,"metrics":[]}`,
      'text/csv; charset=utf-8; header=present': 'metric,unit,kind,…\r\napi.response_time,ms,duration,…\r\n',
      'text/plain; version=0.0.4; charset=utf-8':
        '# TYPE millrace_api_errors counter\nmillrace_api_errors{method="GET",endpoint="/orders/:id"} 3\n',
    },
  },
}
