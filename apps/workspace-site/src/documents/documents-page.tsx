import type { DocumentSummary } from '@millrace/contract'
import { Empty, formatBytes, Panel, Table, useNow } from '@millrace/ui'
import type { Column } from '@millrace/ui'
import { Link } from 'wouter'
import { Failure } from '../frame/failure.tsx'
import { Page } from '../frame/page.tsx'
import { shortAge } from './age.model.ts'
import { folderName, folderOf } from './folders.model.ts'
import { useDocuments } from './use-documents.ts'

/** Rows of the list; the left column has them all. */
const mostRows = 100

/** The first page: what changed last. */
export function DocumentsPage() {
  const { data, error, refetch } = useDocuments()
  const nowMs = useNow(30_000)
  const columns: readonly Column<DocumentSummary>[] = [
    { id: 'title', head: 'Document', phone: 'name', cell: ({ id, title }) => <Link href={`/documents/${id}`}>{title}</Link> },
    { id: 'folder', head: 'Folder', leavesBelow: 1024, cell: ({ path }) => folderName(folderOf(path)) },
    { id: 'by', head: 'Changed by', phone: 'figure', phoneHead: '', cell: ({ updatedBy }) => updatedBy ?? '—' },
    { id: 'size', head: 'Size', isNumber: true, leavesBelow: 1280, cell: ({ textBytes }) => formatBytes(textBytes) },
    {
      id: 'age',
      head: 'Last change',
      isNumber: true,
      phone: 'figure',
      phoneHead: '',
      cell: ({ updatedAtMs }) => shortAge(updatedAtMs, nowMs),
    },
  ]
  return (
    <Page title="Documents" crumb={<h1>Documents</h1>}>
      {error !== null && <Failure title="The documents could not be read." error={error} retry={() => void refetch()} />}
      {data?.total === 0 ? (
        <Panel title="Documents" note="0">
          <Empty title="Nothing is written yet">Make the first document with + in the column.</Empty>
        </Panel>
      ) : (
        <Panel title="Changed last" {...(data === undefined ? {} : { note: `${data.total.toLocaleString('en-US')} documents` })}>
          <Table label="Documents changed last" columns={columns} rows={data?.documents.slice(0, mostRows)} rowKey={({ id }) => id} />
        </Panel>
      )}
    </Page>
  )
}
