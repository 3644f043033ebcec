import type { Summary } from '@millrace/contract'
import { Sparkline, Status, formatDuration, formatNumber, formatRate, shareValue, unknown } from '@millrace/ui'
import type { Column } from '@millrace/ui'
import { PlaceLink } from '../place-link.tsx'
import { metrics } from '../summary/metric-names.ts'
import { pointsOf } from '../summary/series.model.ts'
import { LaneGlyph } from './lane-glyph.tsx'
import type { QueueRow } from './queue-row.model.ts'

/** The columns of a table of queues; `summary` gives the lines. */
export function queueColumns(summary: Summary | undefined): Column<QueueRow>[] {
  return [
    { id: 'state', head: 'State', phone: 'state', isSortable: true, cell: ({ status, word }) => <Status status={status} word={word} /> },
    {
      id: 'name',
      head: 'Queue',
      phone: 'name',
      isSortable: true,
      cell: ({ name }) => <PlaceLink href={`/queues/${encodeURIComponent(name)}`}>{name}</PlaceLink>,
    },
    { id: 'levels', head: 'Levels', leavesBelow: 1024, cell: ({ queue }) => <LaneGlyph levels={queue.levels} /> },
    { id: 'waiting', head: 'Waiting', phone: 'figure', isNumber: true, isSortable: true, cell: ({ waiting }) => formatNumber(waiting) },
    {
      id: 'oldest',
      head: 'Oldest',
      phone: 'figure',
      isNumber: true,
      isSortable: true,
      cell: ({ oldestAgeMs }) => (oldestAgeMs === null ? <span className="quiet">— none waiting</span> : formatDuration(oldestAgeMs)),
      bad: ({ isLate, status }) => (isLate && isTrouble(status) ? 'slow' : undefined),
    },
    { id: 'in', head: 'In /s', isNumber: true, leavesBelow: 1024, isSortable: true, cell: ({ inPerSecond }) => formatRate(inPerSecond) },
    {
      id: 'out',
      head: 'Out /s',
      isNumber: true,
      leavesBelow: 1024,
      isSortable: true,
      cell: ({ outPerSecond }) => formatRate(outPerSecond),
    },
    {
      id: 'drain',
      head: 'Drain, est.',
      isNumber: true,
      cell: ({ drain }) => drain,
      bad: ({ isGrowing, status }) => (isGrowing && isTrouble(status) ? 'slow' : undefined),
    },
    {
      id: 'failures',
      head: 'Failures, %',
      isNumber: true,
      isSortable: true,
      cell: ({ failures }) => (failures === null ? <span className="quiet">{unknown}</span> : shareValue(failures)),
      bad: ({ isFailing, status }) => (isFailing ? (status === 'fail' ? 'fail' : 'slow') : undefined),
    },
    {
      id: 'workers',
      head: 'Workers',
      isNumber: true,
      cell: ({ workers, queue }) => <Workers present={workers} needed={queue.workersNeeded} />,
    },
    {
      id: 'trend',
      head: `Waiting, ${summary?.range ?? '1h'}`,
      phone: 'trend',
      isTrend: true,
      cell: ({ name, status }) => (
        <Sparkline points={summary === undefined ? [] : (pointsOf(summary, metrics.ready, 'max', { queue: name }) ?? [])} status={status} />
      ),
    },
  ]
}

/** There, and needed to keep up where that is more. */
function Workers({ present, needed }: { readonly present: number; readonly needed: number | null }) {
  if (needed === null || needed <= present) return formatNumber(present)
  return (
    <>
      {formatNumber(present)} <span className="quiet">of {formatNumber(needed)} needed</span>
    </>
  )
}

const isTrouble = (status: QueueRow['status']) => status === 'slow' || status === 'fail'
