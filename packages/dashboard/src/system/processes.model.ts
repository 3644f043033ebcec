import type { Instance, Limit, Series, SystemMetrics } from '@millrace/contract'
import { formatBytes, formatDuration, shareValue, statusBy, unknown } from '@millrace/ui'
import type { StatusWord } from '@millrace/ui'
import type { Line, Look } from '../charts/lines.model.ts'
import { lastOf } from '../summary/points.model.ts'
import { limitOf } from '../summary/series.model.ts'
import { reasonOf } from './meters.model.ts'

/** One process as the table shows it. */
export interface ProcessRow {
  readonly instance: string
  /** As short as it is told apart by. */
  readonly label: string
  readonly state: StatusWord
  /** `web-1 · 40213` */
  readonly place: string
  readonly version: string
  readonly uptime: string
  readonly seen: string
  readonly figures: Readonly<Record<'cpu' | 'memory' | 'loop' | 'delay' | 'rss', Cell>>
  /** The one that answered. */
  readonly isOwn: boolean
}

export interface Cell {
  /** A value, or `—`. */
  readonly text: string
  /** Why there is no value; null where there is one. */
  readonly reason: string | null
  readonly status: 'slow' | 'fail' | undefined
}

const troubled = ['slow', 'fail'] as const

/** Missing ones first, then those past a limit, then by name. */
export function processRows(
  instances: readonly Instance[],
  system: SystemMetrics,
  limits: readonly Limit[],
  nowMs: number,
): readonly ProcessRow[] {
  const labels = instanceLabels(instances)
  const rows = instances.map((one): ProcessRow => {
    const isOwn = one.instance === system.instance
    const why = (figure: string) => (isOwn ? reasonOf(system, figure) : 'not reported')
    const cell = (value: number | null, figure: string, metric: string, text: (value: number) => string): Cell => ({
      text: value === null ? unknown : text(value),
      reason: value === null ? why(figure) : null,
      status: troubled.find((status) => status === statusBy(value, limitOf({ limits }, metric))),
    })
    const figures = {
      cpu: cell(one.cpu, 'cpu.usage', 'cpu.usage', percent),
      memory: cell(one.memory, 'memory.usage', 'memory.usage', percent),
      loop: cell(one.eventLoopUtilization, 'application.eventLoopUtilization', 'event_loop.utilization', shareValue),
      delay: cell(one.eventLoopDelayMs, 'application.eventLoopDelayMs', 'event_loop.delay', formatDuration),
      rss: cell(one.rssBytes, 'application.rssBytes', 'process.rss', formatBytes),
    }
    return {
      instance: one.instance,
      label: labels.get(one.instance) ?? one.instance,
      state: stateOf(one, figures),
      place: `${one.host} · ${one.pid}`,
      version: one.version ?? unknown,
      uptime: one.status === 'missing' ? unknown : formatDuration(Math.max(0, Math.floor((nowMs - one.startedAt) / 1_000) * 1_000)),
      seen: seenText(nowMs - one.seenAt),
      figures,
      isOwn,
    }
  })
  return rows.toSorted((a, b) => weight(b) - weight(a) || a.label.localeCompare(b.label, 'en'))
}

const percent = (value: number) => shareValue(value / 100)
const seenText = (ms: number) => (ms < 1_000 ? 'now' : `${formatDuration(Math.floor(ms / 1_000) * 1_000).replace('.0 s', ' s')} ago`)

function stateOf({ status }: Instance, { cpu, memory, loop, delay }: ProcessRow['figures']): StatusWord {
  if (status === 'missing') return { status: 'fail', word: 'Missing' }
  const loopStatus = loop.status ?? delay.status
  const use = [cpu.status, memory.status]
  if (use.includes('fail')) return { status: 'fail', word: 'High' }
  if (loopStatus !== undefined) return { status: loopStatus, word: 'Loop late' }
  return use.includes('slow') ? { status: 'slow', word: 'High' } : { status: 'ok', word: 'Alive' }
}

const weight = ({ state }: ProcessRow) => (state.word === 'Missing' ? 3 : state.status === 'fail' ? 2 : state.status === 'slow' ? 1 : 0)

/** The host where it is the only one of its host, else host and pid; the whole name where even that is not enough. */
export function instanceLabels(instances: readonly Pick<Instance, 'instance' | 'host' | 'pid'>[]): ReadonlyMap<string, string> {
  const isOnly = (of: (one: Pick<Instance, 'host' | 'pid'>) => string, text: string) =>
    instances.filter((one) => of(one) === text).length === 1
  const pair = ({ host, pid }: Pick<Instance, 'host' | 'pid'>) => `${host} · ${pid}`
  return new Map(
    instances.map((one) => [
      one.instance,
      isOnly(({ host }) => host, one.host) ? one.host : isOnly(pair, pair(one)) ? pair(one) : one.instance,
    ]),
  )
}

/** Lines that a chart tells apart; more would be a tangle. */
const mostLines = 6
const looks: readonly Look[] = ['first', 'second', 'third', 'other']

/** One line a process that has values: those with the largest last value, by name, so that a line keeps its look. */
export function processLines(
  rows: readonly ProcessRow[],
  series: readonly Series[],
  metric: string,
  statistic: Series['statistic'],
): Line[] {
  const found = rows.flatMap((row) => {
    const one = series.find((each) => each.metric === metric && each.statistic === statistic && each.labels['instance'] === row.instance)
    const last = one === undefined ? null : lastOf(one.points)
    return one === undefined || last === null ? [] : [{ row, points: one.points, last }]
  })
  const least = found.map(({ last }) => last).toSorted((a, b) => b - a)[mostLines - 1] ?? Number.NEGATIVE_INFINITY
  return found
    .toSorted((a, b) => a.row.label.localeCompare(b.row.label, 'en'))
    .filter(({ last }) => last >= least)
    .slice(0, mostLines)
    .map(({ row, points }, index) => ({ label: row.label, look: looks[Math.min(index, looks.length - 1)] ?? 'other', points }))
}
