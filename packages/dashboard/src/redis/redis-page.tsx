import type { Series, Summary } from '@millrace/contract'
import { Banner, Status } from '@millrace/ui'
import { useMemo } from 'react'
import { LineChart } from '../charts/line-chart.tsx'
import type { Line } from '../charts/lines.model.ts'
import { metrics } from '../summary/metric-names.ts'
import { pointsOf } from '../summary/series.model.ts'
import { useSummary } from '../summary/use-summary.ts'
import { LossPanel, RoomPanel, SpeedPanel } from './question-panels.tsx'
import { storeWords } from './store.model.ts'

const percentiles = ['p50', 'p95', 'p99'] as const
const none: Series['points'] = []

/** What a queue must know of its store: will it lose messages, will it stop, is it slow. The embedded file is asked the same. */
export function RedisPage() {
  const { summary, isOld } = useSummary({ view: 'redis' })
  const words = storeWords(summary?.redis.kind ?? 'redis')
  const isEmbedded = summary?.redis.kind === 'embedded'
  const chart = {
    resolutionSeconds: summary?.resolutionSeconds ?? 60,
    generatedAtMs: summary?.generatedAt ?? 0,
    isOld,
    empty: 'Nothing was measured in this time.',
  }
  const latency = useMemo(() => summary && latencyLines(summary), [summary])
  const room = useMemo(() => summary && roomLine(summary, words.used), [summary, words.used])
  const clients = useMemo(() => summary && clientsLine(summary), [summary])
  const reasons = summary?.verdict.reasons.filter(({ kind }) => kind === 'redis') ?? []
  return (
    <>
      <div className="title">
        <h1>{words.title}</h1>
        {summary && <Status {...connection(summary)} badge />}
        <p>{summary?.redis.version}</p>
      </div>
      {summary?.redis.connected === false && (
        <Banner status="fail" title="Not connected.">
          {words.down}
        </Banner>
      )}
      {reasons.map(({ subject, text, status }) => (
        <Banner key={`${subject} ${text}`} status={status === 'failing' ? 'fail' : 'slow'} title={`${subject}:`}>
          {text}
        </Banner>
      ))}
      <div className="thirds">
        <LossPanel summary={summary} isOld={isOld} />
        <RoomPanel summary={summary} isOld={isOld} />
        <SpeedPanel summary={summary} isOld={isOld} />
      </div>
      <div className={isEmbedded ? 'halves' : 'thirds'}>
        <LineChart title={words.roundTrip} note="log scale" lines={latency} unit="ms" {...chart} />
        <LineChart title={words.roomChart} lines={room} unit="bytes" {...chart} />
        {!isEmbedded && <LineChart title="Clients" note="connected" lines={clients} unit="count" {...chart} />}
      </div>
    </>
  )
}

function connection({ redis: { connected } }: Summary) {
  return connected ? ({ status: 'ok', word: 'Connected' } as const) : ({ status: 'fail', word: 'Not connected' } as const)
}

function latencyLines(summary: Summary): Line[] {
  return percentiles.map((statistic) => ({
    label: statistic.toUpperCase(),
    look: statistic,
    points: pointsOf(summary, metrics.storeLatency, statistic) ?? none,
  }))
}

const roomLine = (summary: Summary, label: string): Line[] => [
  { label, look: 'out', points: pointsOf(summary, metrics.storeMemory, 'max') ?? none },
]
const clientsLine = (summary: Summary): Line[] => [
  { label: 'Clients', look: 'first', points: pointsOf(summary, metrics.storeClients, 'max') ?? none },
]
