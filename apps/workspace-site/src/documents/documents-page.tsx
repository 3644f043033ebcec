import type { DocumentSummary } from '@millrace/contract'
import { Button, Empty, formatBytes, Panel, Segment, Table, useNow } from '@millrace/ui'
import type { Column } from '@millrace/ui'
import { useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import { Failure } from '../frame/failure.tsx'
import { Page } from '../frame/page.tsx'
import { useMayWrite, useSource } from '../source.ts'
import { shortAge } from './age.model.ts'
import { byName, folderName, folderOf } from './folders.model.ts'
import { useDocuments } from './use-documents.ts'

/** Rows that are drawn at once. */
const step = 100

const orders = ['Recent', 'All'] as const
type Order = (typeof orders)[number]

/** The first page: what changed last, or all by title. */
export function DocumentsPage() {
  const { base } = useSource()
  const { data, error, refetch } = useDocuments()
  const [search, setSearch] = useSearchParams()
  const order: Order = search.get('order') === 'title' ? 'All' : 'Recent'
  return (
    <Page title="Documents" crumb={<h1>Documents</h1>}>
      {error !== null && <Failure title="The documents could not be read." error={error} retry={() => void refetch()} />}
      {data?.total === 0 ? (
        <NothingYet />
      ) : (
        <Panel
          title={order === 'Recent' ? 'Changed last' : 'By title'}
          {...(data === undefined ? {} : { note: `${data.total.toLocaleString('en-US')} documents` })}
          end={
            <>
              <a href={`${base}/api/workspace/export`} download title="All documents as Markdown in one zip file">
                Export all
              </a>
              <Segment
                label="Order"
                options={orders}
                chosen={order}
                choose={(next) => setSearch(next === 'All' ? { order: 'title' } : {}, { replace: true })}
              />
            </>
          }
        >
          <DocumentRows key={order} documents={data?.documents} order={order} />
        </Panel>
      )}
    </Page>
  )
}

function DocumentRows({ documents, order }: { readonly documents: readonly DocumentSummary[] | undefined; readonly order: Order }) {
  const nowMs = useNow(30_000)
  const [most, setMost] = useState(step)
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
  const ordered = order === 'Recent' ? documents : documents?.toSorted((a, b) => byName(a.title, b.title))
  const rest = (ordered?.length ?? 0) - most
  return (
    <>
      <Table label="Documents" columns={columns} rows={ordered?.slice(0, most)} rowKey={({ id }) => id} />
      {rest > 0 && (
        <p className="panel-body">
          <Button onClick={() => setMost(most + step)}>Show {Math.min(step, rest)} more</Button>
        </p>
      )}
    </>
  )
}

function NothingYet() {
  const mayWrite = useMayWrite()
  return (
    <Panel title="Documents" note="0">
      <Empty title="Nothing is written yet">
        {mayWrite ? (
          <>
            Make the first document with + above the list, or <Link href="/import">import a folder</Link> of Markdown.
          </>
        ) : (
          'An operator can write documents and import them; you can read all that is there.'
        )}
      </Empty>
    </Panel>
  )
}
