import { Empty, Panel, Status, Table } from '@millrace/ui'
import type { Column } from '@millrace/ui'
import type { Cell, ProcessRow } from './processes.model.ts'

const figure = (id: keyof ProcessRow['figures'], head: string, phoneHead?: string): Column<ProcessRow> => ({
  id,
  head,
  isNumber: true,
  ...(phoneHead === undefined ? {} : { phone: 'figure', phoneHead }),
  cell: ({ figures }) => <Value {...figures[id]} />,
  bad: ({ figures }) => figures[id].status,
})

/** A value; what has none says why to those who ask or listen. */
function Value({ text, reason }: Cell) {
  if (reason === null) return text
  return (
    <span title={reason}>
      {text}
      <span className="visually-hidden"> {reason}</span>
    </span>
  )
}

const columns: readonly Column<ProcessRow>[] = [
  { id: 'state', head: 'State', phone: 'state', cell: ({ state }) => <Status {...state} /> },
  {
    id: 'instance',
    head: 'Process',
    phone: 'name',
    cell: ({ label, isOwn }) => (
      <>
        {label}
        {isOwn && <span className="aside"> answers this page</span>}
      </>
    ),
  },
  { id: 'place', head: 'Host and process', leavesBelow: 1280, cell: ({ place }) => <code>{place}</code> },
  { id: 'version', head: 'Version', leavesBelow: 1024, cell: ({ version }) => version },
  { id: 'uptime', head: 'Uptime', isNumber: true, leavesBelow: 1024, cell: ({ uptime }) => uptime },
  figure('cpu', 'CPU, %', '% CPU'),
  figure('memory', 'Memory, %', '% memory'),
  figure('loop', 'Loop busy, %'),
  figure('delay', 'Loop delay', 'delay'),
  figure('rss', 'RSS'),
  { id: 'seen', head: 'Heard of', isNumber: true, cell: ({ seen }) => seen },
]

/** Every process that shares the store, a row each. */
export function ProcessesPanel({ rows }: { readonly rows: readonly ProcessRow[] | undefined }) {
  return (
    <Panel title="Processes" note={rows && String(rows.length)}>
      {rows?.length === 0 ? (
        <Empty title="No process yet">Each process that measures itself stands here within 5 s of its start.</Empty>
      ) : (
        <Table label="Processes" columns={columns} rows={rows} rowKey={({ instance }) => instance} expected={2} />
      )}
    </Panel>
  )
}
