import { Empty, Panel, Table, formatNumber } from '@millrace/ui'
import { useMemo } from 'react'
import { usePlace } from '../place.ts'
import { useSummary } from '../summary/use-summary.ts'
import { TitleNote } from '../title-note.tsx'
import { queueColumns } from './queue-columns.tsx'
import { queueRows } from './queue-row.model.ts'
import { isAscending, orderBy } from './queue-order.model.ts'

/** Every queue with its figures, in the order that the reader chose. */
export function QueuesPage() {
  const { summary } = useSummary({ view: 'queues' })
  const [by, choose] = usePlace('sort', 'state')
  const rows = useMemo(() => summary && orderBy(queueRows(summary), by), [summary, by])
  const total = (of: 'ready' | 'active' | 'scheduled' | 'dead') =>
    formatNumber(rows?.reduce((sum, { queue }) => sum + queue.counts[of], 0) ?? 0)
  return (
    <>
      <div className="title">
        <h1>Queues</h1>
        {rows && (
          <TitleNote>
            {total('ready')} waiting · {total('active')} active · {total('scheduled')} scheduled · {total('dead')} dead
          </TitleNote>
        )}
      </div>
      <Panel title="All queues" note={rows && `${rows.length}, ${by === 'state' ? 'most trouble first' : `by ${by}`}`}>
        {rows?.length === 0 ? (
          <Empty title="No queues yet">A queue appears here once a program enqueues to it or works on it.</Empty>
        ) : (
          <Table
            label="All queues"
            columns={queueColumns(summary)}
            rows={rows}
            rowKey={({ name }) => name}
            expected={7}
            sort={{ by, isDescending: !isAscending(by), choose }}
          />
        )}
      </Panel>
    </>
  )
}
