import type { Summary } from '@millrace/contract'
import { durationParts, formatBytes, formatDuration, formatMoment, formatRate, formatShare, shareValue, statusBy } from '@millrace/ui'
import type { FigureProps, StatusName, StatusWord } from '@millrace/ui'
import { storeWords } from '../redis/store.model.ts'
import { metrics } from '../summary/metric-names.ts'
import { firstOf, lastOf, meanOf, youngSinceMs } from '../summary/points.model.ts'
import { limitOf, pointsOf } from '../summary/series.model.ts'

/** The six figures of the first screen; labels alone while they are read. */
export function overviewFigures(summary: Summary | undefined): FigureProps[] {
  if (summary === undefined) return labels.map((label) => ({ label, value: undefined, points: [] }))
  return [messagesIn(summary), messagesOut(summary), oldestWaiting(summary), failures(summary), apiP95(summary), storeMemory(summary)]
}

const labels = ['Messages in', 'Messages out', 'Oldest waiting', 'Failures', 'API P95', 'Redis memory']

const messagesIn = (summary: Summary) =>
  rate(
    summary,
    'Messages in',
    metrics.enqueued,
    summary.queues.map(({ throughput }) => throughput.enqueuedPerSecond),
  )

const messagesOut = (summary: Summary) =>
  rate(
    summary,
    'Messages out',
    metrics.completed,
    summary.queues.map(({ throughput }) => throughput.completedPerSecond),
  )

function rate(summary: Summary, label: string, metric: string, parts: readonly number[]): FigureProps {
  const points = pointsOf(summary, metric, 'perSecond') ?? []
  const mean = meanOf(points)
  const since = youngSinceMs(points)
  const value = sum(parts)
  return {
    label,
    value: [{ value: formatRate(value), unit: '/s' }],
    points,
    note:
      mean === null
        ? 'last minute'
        : `mean ${since === null ? `of ${summary.range}` : `since ${formatMoment(since, summary.generatedAt)}`} ${formatRate(mean)} /s`,
  }
}

function oldestWaiting(summary: Summary): FigureProps {
  const points = pointsOf(summary, metrics.oldest, 'max') ?? []
  const worst = summary.queues.toSorted((a, b) => (b.oldestReadyAgeMs ?? -1) - (a.oldestReadyAgeMs ?? -1))[0]
  const age = worst?.oldestReadyAgeMs ?? null
  const limit = limitOf(summary, metrics.oldest)
  const before = firstOf(points)
  return {
    label: 'Oldest waiting',
    value: age === null ? [{ value: 'none', unit: '' }] : durationParts(age),
    state: stateOf(statusBy(age, limit), 'Slow'),
    points,
    limit: limit?.warn ?? null,
    note: joined(
      limit !== undefined && `limit ${formatDuration(limit.warn)}`,
      age !== null && limit === undefined && `in ${worst?.name ?? ''}`,
      before !== null && `was ${formatDuration(before)}`,
    ),
  }
}

function failures(summary: Summary): FigureProps {
  const failed = sum(summary.queues.map(({ throughput }) => throughput.failedPerSecond))
  const ended = failed + sum(summary.queues.map(({ throughput }) => throughput.completedPerSecond))
  const share = ended === 0 ? null : failed / ended
  const limit = limitOf(summary, metrics.failureRatio)
  return {
    label: 'Failures',
    value: share === null ? null : [{ value: shareValue(share), unit: '%' }],
    state: stateOf(statusBy(share, limit), 'Errors'),
    points: pointsOf(summary, metrics.failed, 'perSecond') ?? [],
    note:
      share === null
        ? 'no attempt ended in the last minute'
        : joined(limit !== undefined && `limit ${formatShare(limit.warn)}`, 'last minute'),
  }
}

function apiP95(summary: Summary): FigureProps {
  const points = pointsOf(summary, metrics.response, 'p95') ?? []
  const last = lastOf(points)
  const limit = limitOf(summary, metrics.response)
  const before = firstOf(points)
  return {
    label: 'API P95',
    value: last === null ? null : durationParts(last),
    state: stateOf(statusBy(last, limit), 'Slow'),
    points,
    limit: limit?.warn ?? null,
    note:
      last === null
        ? 'no request yet'
        : joined(limit !== undefined && `limit ${formatDuration(limit.warn)}`, before !== null && `was ${formatDuration(before)}`),
  }
}

function storeMemory(summary: Summary): FigureProps {
  const { redis } = summary
  const label = storeWords(redis.kind).meter
  const points = pointsOf(summary, metrics.storeMemory, 'max') ?? []
  const { usedMemoryBytes: used, maxMemoryBytes: most } = redis
  if (used === null) return { label, value: null, points, note: redis.connected ? 'the store does not say' : 'the store does not answer' }
  if (most === null || most === 0) return { label, value: bytesParts(used), points, note: 'no limit known' }
  const limit = limitOf(summary, metrics.storeUsage)
  const before = firstOf(points)
  return {
    label,
    value: [{ value: shareValue(used / most), unit: '%' }],
    state: stateOf(statusBy((used / most) * 100, limit), 'High'),
    points,
    limit: limit === undefined ? null : (most * limit.warn) / 100,
    note: joined(`of ${formatBytes(most)}`, before !== null && `was ${formatShare(before / most)}`),
  }
}

/** Shown only when it is not well. */
function stateOf(status: StatusName, word: string): StatusWord | null {
  if (status === 'fail') return { status, word: 'Failing' }
  return status === 'slow' ? { status, word } : null
}

function bytesParts(bytes: number): { value: string; unit: string }[] {
  const [value = '', unit = ''] = formatBytes(bytes).split(' ')
  return [{ value, unit }]
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const joined = (...parts: (string | false)[]) => parts.filter((part) => part !== false).join(' · ')
