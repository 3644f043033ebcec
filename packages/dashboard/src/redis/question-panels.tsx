import type { Summary } from '@millrace/contract'
import { Meter, Pairs, Panel, Skeleton, Status, formatBytes, formatDuration, unknown } from '@millrace/ui'
import type { StatusWord } from '@millrace/ui'
import type { ReactNode } from 'react'
import { metrics } from '../summary/metric-names.ts'
import { lastOf } from '../summary/points.model.ts'
import { limitOf, pointsOf } from '../summary/series.model.ts'
import { reasonOf } from '../system/meters.model.ts'
import { durabilityOf } from './durability.model.ts'
import { fullInMs } from './fill.model.ts'
import { Ladder } from './ladder.tsx'
import { clientsText, diskOf, growsTo, latencyText, roomOf, speedOf, storeWords } from './store.model.ts'

interface QuestionProps {
  readonly summary: Summary | undefined
}

/** Durability: what survives what. */
export function LossPanel({ summary }: QuestionProps) {
  const durability = summary && durabilityOf(summary.redis)
  return (
    <Question title="Will it lose messages?" state={durability?.state}>
      {durability === undefined ? <Skeleton width="100%" height={24} /> : <Ladder rungs={durability.rungs} />}
      <p>{durability?.sentence ?? <Skeleton width="80%" />}</p>
      {summary?.redis.kind === 'redis' && <Pairs pairs={[['Eviction', 'refused at the start, unless it was allowed there']]} />}
    </Question>
  )
}

/** Room: how much of what it may use is used, and when that is all. */
export function RoomPanel({ summary }: QuestionProps) {
  const room = summary && (summary.redis.kind === 'embedded' ? diskOf(summary.system, limitOf(summary, metrics.disk)) : roomOf(summary))
  const points = summary && pointsOf(summary, metrics.storeMemory, 'max')
  const limit = summary === undefined ? null : growsTo(summary.system)
  const full = points === undefined || limit === null ? null : fullInMs(points, limit)
  const words = storeWords(summary?.redis.kind ?? 'redis')
  const used = summary?.redis.usedMemoryBytes ?? null
  const why = (figure: string) => (summary === undefined ? '' : reasonOf(summary.system, figure))
  return (
    <Question title="Will it stop?" state={room?.state}>
      {room === undefined ? <Skeleton width="100%" height={24} /> : <Meter name={words.room} {...room} />}
      <Pairs
        pairs={[
          [
            'Full',
            summary && (full === null ? 'not in sight' : `est. in ${formatDuration(Math.round(full / 60_000) * 60_000)}, as it grows now`),
          ],
          summary?.redis.kind === 'embedded'
            ? ['File', used === null ? `${unknown} ${why('redis.usedMemoryBytes')}` : formatBytes(used)]
            : ['Clients', summary && clientsText(summary.redis, why('redis.connectedClients'))],
        ]}
      />
    </Question>
  )
}

/** Speed: one round trip now. */
export function SpeedPanel({ summary }: QuestionProps) {
  const limit = summary && limitOf(summary, metrics.storeLatency)
  const words = storeWords(summary?.redis.kind ?? 'redis')
  const last = (statistic: 'p50' | 'p95' | 'p99') =>
    summary && latencyText(lastOf(pointsOf(summary, metrics.storeLatency, statistic) ?? []), undefined, 'not measured')
  return (
    <Question title="Is it slow?" state={summary && speedOf(summary.redis, limit)}>
      <Pairs
        pairs={[
          [words.roundTrip, summary && latencyText(summary.redis.latencyMs, limit, reasonOf(summary.system, 'redis.latencyMs'))],
          ['P50', last('p50')],
          ['P95', last('p95')],
          ['P99', last('p99')],
        ]}
      />
    </Question>
  )
}

interface FrameProps {
  readonly title: string
  readonly state: StatusWord | undefined
  readonly children: ReactNode
}

function Question({ title, state, children }: FrameProps) {
  return (
    <Panel title={title} end={state && <Status {...state} badge />}>
      <div className="question">{children}</div>
    </Panel>
  )
}
