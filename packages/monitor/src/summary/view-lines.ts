import type { Instance, QueueStats, RouteMetrics } from '../answers.ts'
import type { Group } from '../series/catalogue.ts'
import type { Window } from '../series/window.ts'
import { Steps } from './points.ts'
import type { Points, Statistic } from './points.ts'
import { Lines } from './series-lines.ts'
import type { Heatmap, Series } from './series-lines.ts'
import type { SummarySelection, View } from './summary.ts'

/** Of the overview: sparklines are drawn that wide. */
const overviewPoints = 60
/** Of all series of an answer: some 150 KB. */
const maxPoints = 6000
const maxQueues = 20
const maxInstances = 12
const worstRoutes = 5
/** In the section of routes. */
const listedRoutes = 20
const machineLines = 9
/** Of any other section. */
const mostLines = 32
const levels = ['urgent', 'high', 'normal', 'low'] as const
const percentiles: readonly Statistic[] = ['p50', 'p95', 'p99']

/** What the lines of a view are drawn from. */
export interface ViewSources {
  readonly windows: ReadonlyMap<Group, Window>
  readonly queues: readonly QueueStats[]
  readonly instances: readonly Instance[]
  /** Worst first. */
  readonly routes: readonly RouteMetrics[]
  readonly nowMs: number
}

export interface ViewLines {
  readonly resolutionSeconds: number
  readonly series: readonly Series[]
  readonly heatmaps: readonly Heatmap[]
}

/** The groups that a view draws lines from. */
export const groupsOf: Readonly<Record<View, readonly Group[]>> = {
  overview: ['api', 'system', 'queues'],
  queues: ['queues'],
  api: ['api', 'system'],
  system: ['system'],
  redis: ['system'],
}

/** Series and heatmaps of a view, with fewer points where many series would make the answer large. */
export function viewLines(view: View, selection: SummarySelection, sources: ViewSources): ViewLines {
  const [window] = sources.windows.values()
  if (!window) return { resolutionSeconds: 60, series: [], heatmaps: [] }
  const factor = factorOf(window.starts.length, pointsOf(view, sources))
  const steps = new Steps(window, factor, sources.nowMs)
  const lines = new Map([...sources.windows].map(([group, each]) => [group, new Lines(each, steps)]))
  const drawn = { series: [], heatmaps: [], ...draw(view, selection, sources, lines) }
  return { resolutionSeconds: steps.resolutionSeconds, ...drawn }
}

function pointsOf(view: View, sources: ViewSources): number {
  if (view === 'overview') return overviewPoints
  return maxPoints / (view === 'system' ? Math.max(1, instancesOf(sources).length * machineLines) : mostLines)
}

/** Those that are there now: a week of restarts has left many others. Where nobody tells of itself, all that measured something. */
function instancesOf({ instances, windows }: ViewSources): string[] {
  const names = instances.length > 0 ? instances.map(({ instance }) => instance) : (windows.get('system')?.instances() ?? [])
  return names.slice(0, maxInstances)
}

/** Buckets a point, of those that make round times: 5 minutes × 6 are half an hour, hours × 3 a part of a day. */
function factorOf(buckets: number, points: number): number {
  return [1, 2, 3, 4, 6, 12].find((factor) => buckets / factor <= points - (factor > 1 ? 1 : 0)) ?? 12
}

type Drawn = Partial<Pick<ViewLines, 'series' | 'heatmaps'>>

function draw(view: View, selection: SummarySelection, sources: ViewSources, lines: ReadonlyMap<Group, Lines>): Drawn {
  const [api, system, queues] = [lines.get('api'), lines.get('system'), lines.get('queues')]
  const alive = system?.line('monitor.series', 'max').points
  if (view === 'overview' && api && system && queues) {
    return {
      series: [
        ...throughput(queues, {}),
        queues.line('queue.oldest_age', 'max'),
        queues.line('queue.failed', 'perSecond'),
        failureRatio(queues, {}),
        api.line('api.response_time', 'p95'),
        system.line('store.memory', 'max'),
        ...busiest(sources.queues).map((queue) => queues.line('queue.ready', 'max', { queue })),
        ...sources.routes.slice(0, worstRoutes).map(({ method, endpoint }) => api.line('api.response_time', 'p95', { method, endpoint })),
      ],
    }
  }
  if (view === 'queues' && queues) return drawQueues(queues, selection, sources)
  if (view === 'api' && api) return drawApi(api, selection, sources, alive)
  if (view === 'system' && system) return { series: instancesOf(sources).flatMap((name) => machine(system, name)) }
  if (view === 'redis' && system) {
    return {
      series: [
        system.line('store.memory', 'max'),
        ...percentiles.map((statistic) => system.line('store.latency', statistic)),
        system.line('store.clients', 'max'),
        system.line('store.commands', 'avg'),
      ],
    }
  }
  return {}
}

/** Of the queue that is looked at, else of all together with how full each is. */
function drawQueues(lines: Lines, { queue }: SummarySelection, { queues }: ViewSources): Drawn {
  const labels = queue === undefined ? {} : { queue }
  return {
    series: [
      ...throughput(lines, labels),
      lines.line('queue.failed', 'perSecond', labels),
      // Of one queue: merged over several, gauges would be their mean.
      ...(queue === undefined ? [] : levels.map((level) => lines.line('queue.ready_by_level', 'max', { queue, level }))),
      lines.line('queue.oldest_age', 'max', labels),
      ...percentiles.map((statistic) => lines.line('queue.wait_time', statistic, labels)),
      ...percentiles.map((statistic) => lines.line('queue.run_time', statistic, labels)),
      ...(queue === undefined ? busiest(queues).map((name) => lines.line('queue.ready', 'max', { queue: name })) : []),
    ],
    heatmaps: queue === undefined ? [] : [lines.heatmap('queue.run_time', labels), lines.heatmap('queue.wait_time', labels)],
  }
}

/** Of the route that is looked at, else of all together. */
function drawApi(lines: Lines, { method, endpoint }: SummarySelection, { routes }: ViewSources, alive: Points | undefined): Drawn {
  const labels = { ...(method !== undefined && { method }), ...(endpoint !== undefined && { endpoint }) }
  return {
    series: [
      ...percentiles.map((statistic) => lines.line('api.response_time', statistic, labels)),
      lines.rate('api.response_time', alive, labels),
      lines.rate('api.errors', alive, labels),
      lines.rate('api.client_errors', alive, labels),
      ...routes
        .slice(0, listedRoutes)
        .filter((route) => route.method !== method || route.endpoint !== endpoint)
        .map((route) => lines.line('api.response_time', 'p95', { method: route.method, endpoint: route.endpoint })),
    ],
    heatmaps: [lines.heatmap('api.response_time', labels)],
  }
}

function machine(lines: Lines, instance: string): Series[] {
  const labels = { instance }
  return [
    lines.line('cpu.usage', 'avg', labels),
    lines.line('memory.usage', 'avg', labels),
    lines.line('disk.usage', 'max', labels),
    lines.line('network.received', 'avg', labels),
    lines.line('network.sent', 'avg', labels),
    lines.line('event_loop.utilization', 'avg', labels),
    lines.line('event_loop.delay', 'max', labels),
    lines.line('heap.usage', 'max', labels),
    lines.line('heap.used', 'max', labels),
  ]
}

function throughput(lines: Lines, labels: Readonly<Record<string, string>>): Series[] {
  return [lines.line('queue.enqueued', 'perSecond', labels), lines.line('queue.completed', 'perSecond', labels)]
}

/** Attempts that failed of those that ended. */
function failureRatio(lines: Lines, labels: Readonly<Record<string, string>>): Series {
  const [completed, failed] = [lines.line('queue.completed', 'perSecond', labels), lines.line('queue.failed', 'perSecond', labels)]
  const points = failed.points.map(([at, rate], index) => {
    const ended = (rate ?? 0) + (completed.points[index]?.[1] ?? 0)
    return [at, ended > 0 ? (rate ?? 0) / ended : null] as const
  })
  return { metric: 'queue.failure_ratio', labels, statistic: 'avg', unit: 'ratio', points }
}

function busiest(queues: readonly QueueStats[]): string[] {
  return [...queues]
    .sort((a, b) => b.counts.ready - a.counts.ready)
    .slice(0, maxQueues)
    .map(({ name }) => name)
}
