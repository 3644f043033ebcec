import type { Series, Summary } from '@millrace/contract'
import { Banner, Status } from '@millrace/ui'
import { useMemo } from 'react'
import { LineChart } from '../charts/line-chart.tsx'
import type { Line } from '../charts/lines.model.ts'
import { metrics } from '../summary/metric-names.ts'
import { pointsOf } from '../summary/series.model.ts'
import { useLapse } from '../summary/use-lapse.ts'
import { useSummary } from '../summary/use-summary.ts'
import { TitleNote } from '../title-note.tsx'
import { LossPanel, RoomPanel, SpeedPanel } from './question-panels.tsx'
import { connectionOf, storeWords } from './store.model.ts'

const percentiles = ['p50', 'p95', 'p99'] as const
const none: Series['points'] = []

/** What a queue must know of its store: will it lose messages, will it stop, is it slow. The embedded file is asked the same. */
export function RedisPage() {
  const { summary } = useSummary({ view: 'redis' })
  const lapse = useLapse()
  const words = storeWords(summary?.redis.kind ?? 'redis')
  const isEmbedded = summary?.redis.kind === 'embedded'
  const chart = {
    resolutionSeconds: summary?.resolutionSeconds ?? 60,
    generatedAtMs: summary?.generatedAt ?? 0,
    empty: 'Nothing was measured in this time.',
  }
  const latency = useMemo(() => summary && latencyLines(summary), [summary])
  const room = useMemo(() => summary && roomLine(summary, words.used), [summary, words.used])
  const clients = useMemo(() => summary && clientsLine(summary), [summary])
  const reasons = (lapse === null ? summary : undefined)?.verdict.reasons.filter(({ kind }) => kind === 'redis') ?? []
  return (
    <>
      <div className="title">
        <h1>{words.title}</h1>
        {summary && <Status {...connectionOf(summary.redis.connected, lapse)} badge />}
        <TitleNote>{summary?.redis.version}</TitleNote>
      </div>
      {lapse === null && summary?.redis.connected === false && (
        <Banner status="fail" title="Not reachable.">
          {words.down}
        </Banner>
      )}
      {reasons.map(({ subject, text, status }) => (
        <Banner key={`${subject} ${text}`} status={status === 'failing' ? 'fail' : 'slow'} title={`${subject}:`}>
          {text}
        </Banner>
      ))}
      <div className="thirds">
        <LossPanel summary={summary} />
        <RoomPanel summary={summary} />
        <SpeedPanel summary={summary} />
      </div>
      <div className={isEmbedded ? 'halves' : 'thirds'}>
        <LineChart title={words.roundTrip} note="log scale" lines={latency} unit="ms" {...chart} />
        <LineChart title={words.roomChart} lines={room} unit="bytes" {...chart} />
        {!isEmbedded && <LineChart title="Clients" note="connected" lines={clients} unit="count" {...chart} />}
      </div>
    </>
  )
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
