import { ApiError } from '@millrace/contract'
import { Empty } from '@millrace/ui'
import { Suspense, lazy, useRef } from 'react'
import { Link, useParams } from 'wouter'
import type { Document } from '@millrace/contract'
import { Failure } from '../frame/failure.tsx'
import { Page } from '../frame/page.tsx'
import { Preview } from '../preview/preview.tsx'
import { Crumb } from './crumb.tsx'
import { useDocument } from './use-document.ts'

const EnteredDocument = lazy(() => import('./entered-document.tsx').then(({ EnteredDocument: part }) => ({ default: part })))

/** One document: as it reads at once, and as it is written when the editor is there. */
export function DocumentPage() {
  const { id } = useParams<{ id: string }>()
  const isNew = (history.state as { isNew?: boolean } | null)?.isNew === true
  const { data, error, refetch } = useDocument(id, isNew)
  if (data === undefined) {
    // A document that was here and is deleted stays on the page: who wrote in it may want to take the text along.
    if (error instanceof ApiError && error.status === 404) return <NoSuchDocument />
    return (
      <Page title="Document" crumb={<Crumb />} isFixed>
        {error !== null && <Failure title="The document could not be read." error={error} retry={() => void refetch()} />}
      </Page>
    )
  }
  return (
    <Suspense fallback={<ReadDocument document={data} />}>
      <EnteredDocument key={id} document={data} waiting={<ReadDocument document={data} />} />
    </Suspense>
  )
}

/** The text that the server answered, while the editor comes. */
function ReadDocument({ document: { title, path, text } }: { readonly document: Document }) {
  const place = useRef<HTMLElement>(null)
  return (
    <Page title={title} crumb={<Crumb title={title} path={path} />} isFixed>
      <div className="panes" data-view="Read">
        <div className="pane read">
          <Preview text={text} from={path} place={place} />
        </div>
      </div>
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
