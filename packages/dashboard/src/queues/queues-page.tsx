import { Empty, Panel, Table, formatNumber } from '@millrace/ui'
import { useMemo } from 'react'
import { formatSorting } from '../sorting.model.ts'
import type { Sorting } from '../sorting.model.ts'
import { useSummary } from '../summary/use-summary.ts'
import { TitleNote } from '../title-note.tsx'
import { useSorting } from '../use-sorting.ts'
import { queueColumns } from './queue-columns.tsx'
import { queueRows } from './queue-row.model.ts'
import { byTrouble, orderBy, queueOrders } from './queue-order.model.ts'
import type { QueueOrder } from './queue-order.model.ts'

/** Every queue with its figures, in the order that the reader chose. */
export function QueuesPage() {
  const { summary } = useSummary({ view: 'queues' })
  const { sorting, order, sort } = useSorting(queueOrders, byTrouble, 'name')
  const rows = useMemo(() => summary && orderBy(queueRows(summary), sorting), [summary, sorting])
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
      <Panel
        title="All queues"
        note={rows && `${rows.length}, ${orderText(sorting)}`}
        end={
          <select
            className="control phone-only"
            aria-label="Order queues by"
            value={formatSorting(sorting)}
            onChange={({ target }) => order(target.value)}
          >
            {orders.map((one) => (
              <option key={formatSorting(one)} value={formatSorting(one)}>
                {orderText(one)}
              </option>
            ))}
          </select>
        }
      >
        {rows?.length === 0 ? (
          <Empty title="No queues yet">A queue appears here once a program enqueues to it or works on it.</Empty>
        ) : (
          <Table label="All queues" columns={queueColumns(summary)} rows={rows} rowKey={({ name }) => name} expected={7} sort={sort} />
        )}
      </Panel>
    </>
  )
}

/** What a phone, which has no heads to click, offers. */
const orders: readonly Sorting<QueueOrder>[] = queueOrders.map((by) => ({ by, isDescending: by !== 'name' }))

function orderText({ by, isDescending }: Sorting<QueueOrder>): string {
  if (by === 'state') return isDescending ? 'most trouble first' : 'least trouble first'
  if (by === 'name') return isDescending ? 'by name, Z first' : 'by name'
  return `${isDescending ? 'largest' : 'smallest'} ${names[by]} first`
}

const names = { waiting: 'waiting', oldest: 'age', in: 'rate in', out: 'rate out', failures: 'failures' } as const
