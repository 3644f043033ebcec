import type { Summary } from '@millrace/contract'
import { Empty, Figure, Panel, Skeleton, Status, formatMoment } from '@millrace/ui'
import { useMemo } from 'react'
import { useParams } from 'wouter'
import { LineChart } from '../charts/line-chart.tsx'
import type { Line } from '../charts/lines.model.ts'
import { HeatmapChart } from '../charts/heatmap-chart.tsx'
import { metrics } from '../summary/metric-names.ts'
import { isAlike, pointsOf } from '../summary/series.model.ts'
import { useSummary } from '../summary/use-summary.ts'
import { TitleNote } from '../title-note.tsx'
import { LaneStrip } from './lane-strip.tsx'
import { QueueActions } from './queue-actions.tsx'
import { queueFigures } from './queue-figures.model.ts'
import { queueRow, reasonOf } from './queue-row.model.ts'
import type { QueueRow } from './queue-row.model.ts'

const percentiles = ['p50', 'p95', 'p99'] as const

/** One queue: its state and what may be done to it, lanes, throughput, and how long messages wait and run. */
export function QueuePage() {
  const { queueName } = useParams<{ queueName: string }>()
  const name = decodeURIComponent(queueName)
  const { summary, range } = useSummary({ view: 'queues', queue: name })
  const queue = summary?.queues.find((one) => one.name === name)
  const row = useMemo(
    () => (queue === undefined || summary === undefined ? undefined : queueRow(queue, reasonOf(summary, name))),
    [queue, summary, name],
  )
  if (summary !== undefined && row === undefined) {
    return (
      <Panel title={name}>
        <Empty title="There is no such queue">
          A queue is there once a program enqueues to it or works on it. All queues are listed under Queues.
        </Empty>
      </Panel>
    )
  }
  const shared = { resolutionSeconds: summary?.resolutionSeconds ?? 60, generatedAtMs: summary?.generatedAt ?? 0 }
  const heatmap = summary && (summary.heatmaps.find((one) => one.metric === metrics.run && isAlike(one.labels, { queue: name })) ?? null)
  return (
    <>
      <div className="title">
        <h1>{name}</h1>
        {row && <Status status={row.status} word={row.word} badge />}
        <TitleNote>{row && sentence(row, summary?.generatedAt ?? 0)}</TitleNote>
        <QueueActions row={row} />
      </div>
      <dl className="figures eight">
        {queueFigures(row, summary).map((figure) => (
          <Figure key={figure.label} {...figure} />
        ))}
      </dl>
      <Lanes row={row} />
      <div className="thirds">
        <LineChart
          title="Throughput"
          note="messages /s"
          lines={throughput(summary, name)}
          unit="perSecond"
          empty="No message came or went in this time."
          {...shared}
        />
        <LineChart
          title="Wait"
          note="log scale"
          lines={times(summary, name, metrics.wait)}
          unit="ms"
          empty="No message was given to a worker in this time."
          {...shared}
        />
        <LineChart
          title="Run"
          note="log scale"
          lines={times(summary, name, metrics.run)}
          unit="ms"
          empty="No attempt ended in this time."
          {...shared}
        />
      </div>
      <HeatmapChart
        title="Run time, every attempt"
        note={`log scale, one column ${{ '1h': 'a minute', '24h': '5 minutes', '7d': 'an hour' }[range]}`}
        heatmap={heatmap}
        lines={times(summary, name, metrics.run) ?? []}
        noun="attempts"
        empty="No attempt ended in this time."
        {...shared}
      />
    </>
  )
}

function sentence({ reason, sinceMs, queue }: QueueRow, nowMs: number): string {
  if (reason !== null) return sinceMs === null ? reason : `since ${formatMoment(sinceMs, nowMs)}, ${reason}`
  return queue.paused ? 'Nothing is given out until it is resumed; what runs goes on.' : ''
}

function Lanes({ row }: { readonly row: QueueRow | undefined }) {
  const isStrict = row?.queue.levels.every(({ share }) => share === null) === true
  return (
    <Panel
      title="Priority lanes"
      note={row && (isStrict ? 'strict order: the highest level first, always' : 'each level gets its share while it has work')}
      end={
        <>
          <span className="legend">
            <i className="waiting" /> waiting
          </span>
          <span className="legend">
            <i /> served
          </span>
          {!isStrict && (
            <>
              <span className="legend">
                <i className="promised" /> target
              </span>
              <span className="legend">
                <i className="short" /> short of target
              </span>
            </>
          )}
        </>
      }
    >
      {row === undefined ? (
        <div className="panel-body">
          <Skeleton width="100%" height={166} />
        </div>
      ) : (
        <LaneStrip levels={row.queue.levels} />
      )}
    </Panel>
  )
}

function throughput(summary: Summary | undefined, queue: string): Line[] | undefined {
  return (
    summary && [
      { label: 'in', look: 'in', points: pointsOf(summary, metrics.enqueued, 'perSecond', { queue }) ?? [] },
      { label: 'out', look: 'out', points: pointsOf(summary, metrics.completed, 'perSecond', { queue }) ?? [] },
    ]
  )
}

function times(summary: Summary | undefined, queue: string, metric: string): Line[] | undefined {
  return (
    summary &&
    percentiles.map((statistic) => ({
      label: statistic.toUpperCase(),
      look: statistic,
      points: pointsOf(summary, metric, statistic, { queue }) ?? [],
    }))
  )
}
