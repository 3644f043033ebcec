import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { MillraceError } from '@millrace/connection'
import type { Connection, Log } from '@millrace/connection'
import type { AggregatedMetric, APIMetrics, Instance, MetricSelector, MetricSeries, QueueStats, SystemMetrics } from './answers.ts'
import { atMost } from './at-most.ts'
import { apiMetrics } from './api/route-metrics.ts'
import { RequestRecorder } from './api/request-recorder.ts'
import { requireRequest } from './api/require-request.ts'
import { machineClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { Collection } from './collection.ts'
import { CacheReads } from './collectors/cache-reads.ts'
import type { CacheSource } from './collectors/cache-reads.ts'
import { SystemCollector } from './collectors/system-collector.ts'
import type { SystemSample } from './collectors/system-collector.ts'
import { systemMetrics } from './collectors/system-metrics.ts'
import { exportMetrics, requireFormat } from './export/export-metrics.ts'
import type { ExportFormat } from './export/export-metrics.ts'
import { livePrometheus } from './export/live-prometheus.ts'
import { figuresOf } from './figures.ts'
import { healthReader } from './health/health-reader.ts'
import type { HealthReport } from './health/health-report.ts'
import { Instances } from './instances.ts'
import { requireMonitorOptions } from './options.ts'
import { QueueCollector } from './queues/queue-collector.ts'
import type { QueueSource } from './queues/queue-source.ts'
import { catalogue, groups, metricOf } from './series/catalogue.ts'
import type { Group, Metric } from './series/catalogue.ts'
import { requireSelector } from './series/selector.ts'
import { SeriesReader } from './series/series-reader.ts'
import type { Window } from './series/window.ts'
import { SeriesWriter } from './series/series-writer.ts'
import { bucketsOf, recentMinutes, requireRange } from './series/tier.ts'
import type { Range } from './series/tier.ts'
import { sharedFor } from './shared.ts'
import { buildSummary } from './summary/build-summary.ts'
import { requireSelection, requireView } from './summary/summary.ts'
import type { Summary, SummarySelection, View } from './summary/summary.ts'
import { groupsOf } from './summary/view-lines.ts'
import { Judging } from './verdict/judging.ts'
import { judgedMinutes, sustainedOf } from './verdict/verdict-figures.ts'

export interface PerformanceMonitoringServiceOptions {
  readonly connection: Connection
  /** How this process is told apart; two that live at once must not share it. @defaultValue host, pid and a random word */
  readonly instance?: string
  /**
   * Queues to sample, as a MessageQueueService has them: one process at a time reads a queue, whichever have it here. At most 100.
   *
   * @defaultValue none
   */
  readonly queues?: QueueSource
  /** Caches of this process whose reads are counted, as a CacheService counts them. @defaultValue none */
  readonly caches?: readonly CacheSource[]
  /** Series this process tells apart of requests, of the system and of queues each, 1…10,000; labels of further ones become 'other'. @defaultValue 1000 */
  readonly series?: number
  /** A path of the file system that is watched. @defaultValue the folder of the embedded file; with Redis the working directory */
  readonly disk?: string
  /** Of the application, told with this process's figures. @defaultValue the environment's APP_VERSION */
  readonly version?: string
  readonly log?: Log
  /** @defaultValue the machine's */
  readonly clock?: Clock
}

/** Who asks for the queues within this time gets the same, ms. */
const queuesMs = 1000
/** Who scrapes waits for the queues for so long, ms; then the rest is told without them. */
const scrapedMs = 1000

/** What else is known of an answered request. */
export interface RequestDetails {
  /** Status 400 to 499. @defaultValue false */
  readonly clientError?: boolean
}

export interface PointDetails {
  /** @defaultValue false */
  readonly buckets?: boolean
}

/**
 * What this process does and bears, kept with what other processes of the same store recorded. Recording and reading work from the
 * moment it is made; `start` begins to collect what the process and its machine bear, `close` ends it. Reading rejects
 * STORE_UNAVAILABLE while the store is away; recording refuses what is no request and else never fails.
 */
export class PerformanceMonitoringService {
  readonly instance: string
  readonly #version: string | null
  readonly #clock: Clock
  readonly #writer: SeriesWriter
  readonly #reader: SeriesReader
  readonly #requests: RequestRecorder
  readonly #collector: SystemCollector
  readonly #instances: Instances
  readonly #collection: Collection
  readonly #connection: Connection
  readonly #queueStats: (isFresh?: boolean) => Promise<readonly QueueStats[]>
  readonly #judging: Judging
  readonly #health: () => Promise<HealthReport>
  #starting: Promise<void> | undefined
  #closing: Promise<void> | undefined

  /** @throws OPTION_INVALID naming the option and what is allowed */
  constructor(options: PerformanceMonitoringServiceOptions) {
    const { connection, instance, queues, caches = [], series, disk, version, log, clock } = requireMonitorOptions(options)
    this.instance = instance ?? `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`.replaceAll(/[^A-Za-z0-9._:-]/g, '-')
    this.#version = version ?? (process.env['APP_VERSION'] || null)
    this.#clock = clock ?? machineClock
    const now = () => this.#clock.now()
    this.#connection = connection
    const keyValue = connection.keyValue('monitor')
    this.#writer = new SeriesWriter(keyValue, this.instance, series ?? 1000)
    this.#reader = new SeriesReader(keyValue, this.#writer)
    this.#requests = new RequestRecorder(this.#writer)
    this.#collector = new SystemCollector({
      connection,
      disk: disk ?? (connection.kind === 'embedded' ? connection.directory : process.cwd()),
      now,
    })
    this.#instances = new Instances(keyValue, connection)
    this.#queueStats = sharedFor(queuesMs, async () => (await queues?.getAllQueueStats()) ?? [])
    this.#judging = new Judging({
      keyValue,
      instance: this.instance,
      recent: (group) => this.#recent(group),
      figures: async () => {
        const [queueStats, instances] = await Promise.all([this.#queueStats(), this.instances()])
        return { queueStats, instances, own: this.#latest() }
      },
      now,
    })
    this.#health = healthReader({
      connection,
      latest: () => this.#latest(),
      queues: this.#queueStats,
      sustained: async () => sustainedOf(await this.#recent('system'), this.instance),
      window: (group) => this.#window(group, '1h'),
      now,
    })
    this.#collection = new Collection({
      clock: this.#clock,
      collector: this.#collector,
      writer: this.#writer,
      queues: queues && new QueueCollector({ source: queues, keyValue, writer: this.#writer, instance: this.instance, now }),
      caches: new CacheReads(caches),
      judging: this.#judging,
      instances: this.#instances,
      instance: this.instance,
      version: this.#version,
      log,
    })
  }

  /**
   * Begins to collect: the process, its machine, the store and the queues every 5 s, written within 10 s, and the list of instances.
   * Resolves with the first sample taken, also when the store is away: figures are then kept in memory, an hour of them. Safe to repeat.
   * What it begins keeps no process alive (an open connection to Redis does); one that ends without `close` loses its last 10 s.
   *
   * @throws MONITOR_CLOSED after `close`
   */
  start(): Promise<void> {
    if (this.#closing) return Promise.reject(new MillraceError('MONITOR_CLOSED', 'start: close() came first; make another monitor'))
    this.#starting ??= this.#collection.start()
    return this.#starting
  }

  /** Every metric that is kept. */
  get metrics(): readonly Metric[] {
    return catalogue
  }

  /**
   * Counts one answered request of a route. O(1), below a microsecond; nothing is sent.
   *
   * @param endpoint the route's pattern (`/users/:id`), never a raw URL: each is a series of its own
   * @param responseTime ms; below 0, as where the clock was set back meanwhile, counts as 0
   * @param success false for a status of 500 and up
   * @param details `clientError`: the status was 400 to 499, which is counted apart. What was answered with 401 or 429 tells of the
   * caller, not of the route: do not record it
   * @throws OPTION_INVALID naming the argument and what is allowed; nothing is recorded then
   */
  recordAPIRequest(endpoint: string, method: string, responseTime: number, success: boolean, details?: RequestDetails): void {
    requireRequest(endpoint, method, responseTime, success, details)
    const outcome = success ? (details?.clientError === true ? 'client-error' : 'ok') : 'error'
    this.#requests.record({ endpoint, method, responseTime: Math.max(0, responseTime), outcome }, this.#clock.now())
  }

  /**
   * What this process and its machine bear: the last sample, which is at most 5 s old after `start`, and says when it was taken. Without
   * `start` a sample is taken for this call; rates are then over the time since the last call, and null at the first one. Never rejects.
   */
  async getSystemMetrics(): Promise<SystemMetrics> {
    return this.#latest() ?? this.#metricsOf(await this.#collector.sample())
  }

  /**
   * The processes that share the store and collect, by name. On Redis one that was killed is `missing` after 30 s and gone after 90 s; of
   * an embedded file, which has one process at a time, it is gone as soon as the next one has opened it.
   */
  instances(): Promise<Instance[]> {
    return this.#instances.list(this.#clock.now())
  }

  /** Every route that got a request in the range, in all processes. @throws RANGE_INVALID */
  async getAPIMetrics(range: Range = '1h'): Promise<APIMetrics> {
    requireRange(range)
    const [api, system] = await Promise.all([this.#window('api', range), this.#window('system', range)])
    return apiMetrics(range, { api, system }, this.#clock.now())
  }

  /**
   * The course of one metric over a range, in all processes.
   *
   * @param details `buckets`: each point also has how its values are spread
   * @throws METRIC_UNKNOWN, RANGE_INVALID, SELECTOR_INVALID
   */
  async getMetrics(name: string, range: Range = '1h', selector: MetricSelector = {}, details: PointDetails = {}): Promise<MetricSeries> {
    const { metric, window, keys } = await this.#select(name, range, selector)
    return {
      metric: metric.name,
      unit: metric.unit,
      range,
      resolutionSeconds: window.tier.bucketMs / 1000,
      points: window.starts.map((timestamp, at) => {
        const histogram = window.at(at, keys, selector.instance)
        return { timestamp, ...figuresOf(histogram), ...(details.buckets === true && { buckets: histogram?.buckets() ?? [] }) }
      }),
    }
  }

  /** One metric over the whole range as one, by merging. @throws METRIC_UNKNOWN, RANGE_INVALID, SELECTOR_INVALID */
  async getAggregatedMetrics(name: string, range: Range = '1h', selector: MetricSelector = {}): Promise<AggregatedMetric> {
    const { metric, window, keys } = await this.#select(name, range, selector)
    return { metric: metric.name, unit: metric.unit, range, ...figuresOf(window.total(keys, selector.instance)) }
  }

  /**
   * Everything that is kept of a range, in all processes, as one text. The event loop has its turns while it is put together.
   *
   * `json`: `{ generatedAt, range, resolutionSeconds, seriesLeftOut, metrics: [{ name, unit, kind, help, series: [{ labels, total, points }]
   * }] }`, points as in `getMetrics`, only those with a value. `csv`: RFC 4180 with a header, one row a series and point. `prometheus`: text
   * format 0.0.4 in base units, a snapshot of the whole range: times as histograms, counters as what was added, gauges as the mean of the
   * newest point. What is to be scraped is `prometheusText`.
   *
   * @throws FORMAT_INVALID, RANGE_INVALID
   */
  async exportMetrics(format: ExportFormat = 'json', range: Range = '1h'): Promise<string> {
    requireFormat(format)
    requireRange(range)
    const windows = await Promise.all(groups.map(async (group) => [group, await this.#window(group, range)] as const))
    return exportMetrics(format, range, new Map(windows), this.#clock.now())
  }

  /**
   * What Prometheus scrapes from this process, text format 0.0.4 in base units: its requests as cumulative histograms and counters since
   * it runs, so that `rate()` and sums over all targets are right; its machine, the store and itself as the last sample had them. Queues
   * are those of the whole store and alike from every process: take `max by (queue)` of them, not the sum. While the store does not answer
   * within 1 s all but the queues is there. Never rejects.
   */
  async prometheusText(): Promise<string> {
    const { connected } = this.#connection
    const queues = connected
      ? await atMost(
          scrapedMs,
          this.#queueStats().catch(() => undefined),
        )
      : undefined
    return livePrometheus({
      instance: this.instance,
      version: this.#version,
      totals: this.#writer.totals(),
      sample: this.#collection.latest,
      connected,
      queues,
    })
  }

  /**
   * All that one section of the dashboard shows, in one answer: whether anything is wrong and since when, now; routes over the range; queues,
   * machines and the store now; and the view's series and heatmaps over the range, of the queue or route that is selected or of all.
   *
   * Costs reading the buckets that may still change, once the range was read before. At most some 200 KB.
   *
   * @param options.isFresh read the queues anew, though they were read within the last second. @defaultValue false
   * @throws RANGE_INVALID, VIEW_INVALID, SELECTOR_INVALID
   */
  async getSummary(
    range: Range = '1h',
    view: View = 'overview',
    selection: SummarySelection = {},
    { isFresh = false }: { readonly isFresh?: boolean } = {},
  ): Promise<Summary> {
    requireRange(range)
    requireView(view)
    requireSelection(selection)
    const read = { api: this.#window('api', range), system: this.#window('system', range) }
    const windowOf = (group: Group) => (group === 'queues' ? this.#window(group, range) : read[group])
    const [apiWindow, systemWindow, windows, queues, instances, system] = await Promise.all([
      read.api,
      read.system,
      Promise.all(groupsOf[view].map(async (group) => [group, await windowOf(group)] as const)),
      this.#queueStats(isFresh),
      this.instances(),
      this.getSystemMetrics(),
    ])
    const verdict = await this.#judging.verdict({ queueStats: queues, instances, own: system })
    const environment = process.env['MILLRACE_ENV'] || null
    const nowMs = this.#clock.now()
    return await buildSummary({
      range,
      view,
      selection,
      windows: new Map(windows),
      served: { api: apiWindow, system: systemWindow },
      queues,
      instances,
      system,
      verdict,
      environment,
      nowMs,
    })
  }

  /**
   * A word that stays the same while a summary asked for again would say nothing new but how far the running minute has come: for an ETag.
   * Reads nothing; a verdict of other processes is heard of within 10 s after `start`.
   */
  summaryRevision(range: Range = '1h', view: View = 'overview', selection: SummarySelection = {}): string {
    const chosen = Object.entries(requireSelection(selection)).toSorted(([a], [b]) => (a < b ? -1 : 1))
    const words = chosen.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    const minute = Math.floor(this.#clock.now() / 60_000)
    return [minute, requireRange(range), requireView(view), this.#judging.revision, ...words].join('.')
  }

  /**
   * Whether this process can do its work, by looking: the store and its durability, memory, disk, event loop, workers, and the monitor
   * itself. Ping and event loop are judged by the last minutes, not by the moment. Callers within 2 s share one look. `unhealthy` when the store does not answer or a check fails. Never rejects.
   */
  getHealth(): Promise<HealthReport> {
    return this.#health()
  }

  /** Stores now what is in memory. Safe to repeat; what a failed one did not store goes with the next. @throws STORE_UNAVAILABLE */
  flush(): Promise<void> {
    return this.#writer.flush(this.#clock.now())
  }

  /**
   * Ends what `start` began, stores what is in memory and takes this process off the list of instances. The connection stays open. What
   * a store that is away for 3 s more does not take is lost. Never rejects; safe to repeat.
   */
  close(): Promise<void> {
    this.#closing ??= this.#collection.close()
    return this.#closing
  }

  async #select(name: string, range: Range, selector: MetricSelector) {
    const metric = metricOf(name)
    requireSelector(selector)
    const window = await this.#window(metric.group, requireRange(range))
    return { metric, window, keys: window.select(metric.name, selector) }
  }

  #latest(): SystemMetrics | undefined {
    const sample = this.#collection.latest
    return sample && this.#metricsOf(sample)
  }

  #metricsOf(sample: SystemSample): SystemMetrics {
    return systemMetrics(sample, this.#requests.served(this.#clock.now()), { instance: this.instance, version: this.#version })
  }

  #recent(group: Group): Promise<Window> {
    const nowMs = this.#clock.now()
    const { tier, starts } = recentMinutes(judgedMinutes, nowMs)
    return this.#reader.window(tier, group, starts, nowMs)
  }

  #window(group: Group, range: Range): Promise<Window> {
    const nowMs = this.#clock.now()
    const { tier, starts } = bucketsOf(range, nowMs)
    return this.#reader.window(tier, group, starts, nowMs)
  }
}
