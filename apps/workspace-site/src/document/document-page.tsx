import { ApiError } from '@millrace/contract'
import { Empty, Skeleton } from '@millrace/ui'
import { useRef } from 'react'
import { Link, useParams } from 'wouter'
import { folderName, folderOf } from '../documents/folders.model.ts'
import { Failure } from '../frame/failure.tsx'
import { Page } from '../frame/page.tsx'
import { Preview } from '../preview/preview.tsx'
import { useDocument } from './use-document.ts'

/** One document. */
export function DocumentPage() {
  const { id } = useParams<{ id: string }>()
  const isNew = (history.state as { isNew?: boolean } | null)?.isNew === true
  const { data, error, refetch } = useDocument(id, isNew)
  const place = useRef<HTMLElement>(null)
  if (error instanceof ApiError && error.status === 404) return <NoSuchDocument />
  const crumb = (
    <>
      {data !== undefined && <span className="folder">{folderName(folderOf(data.path))} / </span>}
      <h1>{data?.title ?? <Skeleton width={160} />}</h1>
    </>
  )
  return (
    <Page title={data?.title ?? 'Document'} crumb={crumb} isFixed>
      {error !== null && <Failure title="The document could not be read." error={error} retry={() => void refetch()} />}
      <div className="pane read">{data !== undefined && <Preview text={data.text} from={data.path} place={place} />}</div>
    </Page>
  )
}

function NoSuchDocument() {
  return (
    <Page title="No such document" crumb={<h1>No such document</h1>}>
      <Empty title="There is no such document">
        It was deleted, or the address is mistyped. <Link href="/search">Search</Link> finds documents by their words.
      </Empty>
    </Page>
  )
}
