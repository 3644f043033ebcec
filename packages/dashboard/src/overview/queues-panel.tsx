import type { Summary } from '@millrace/contract'
import { Empty, Icon, Panel, Table, formatNumber } from '@millrace/ui'
import { PlaceLink } from '../place-link.tsx'
import { queueColumns } from '../queues/queue-columns.tsx'
import { queueRows } from '../queues/queue-row.model.ts'

/** How many queues the first screen lists. */
const mostQueues = 12

/** The queues, most trouble first. */
export function QueuesPanel({ summary }: { readonly summary: Summary | undefined }) {
  const rows = summary && queueRows(summary)
  const total = (of: 'ready' | 'dead') => formatNumber(rows?.reduce((sum, { queue }) => sum + queue.counts[of], 0) ?? 0)
  return (
    <Panel
      title="Queues"
      note={
        rows && (rows.length > mostQueues ? `${mostQueues} of ${rows.length}, most trouble first` : `${rows.length}, most trouble first`)
      }
      end={
        <>
          {rows !== undefined && (
            <span>
              {total('ready')} waiting · {total('dead')} dead
            </span>
          )}
          <PlaceLink href="/queues" className="button">
            All queues <Icon name="next" />
          </PlaceLink>
        </>
      }
    >
      {rows?.length === 0 ? (
        <Empty title="No queues yet">A queue appears here once a program enqueues to it or works on it.</Empty>
      ) : (
        <Table label="Queues" columns={queueColumns(summary)} rows={rows?.slice(0, mostQueues)} rowKey={({ name }) => name} expected={4} />
      )}
    </Panel>
  )
}
