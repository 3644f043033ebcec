import { Icon, Mark, ThemeButton } from '@millrace/ui'
import type { useTheme } from '@millrace/ui'
import type { MouseEvent, RefObject } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { DocumentTree } from '../documents/document-tree.tsx'
import { NewDocument } from '../documents/new-document.tsx'
import { useDocuments } from '../documents/use-documents.ts'
import { ImportFoot } from '../import/import-progress.tsx'
import { InboxEntries } from '../inbox/inbox-entries.tsx'
import { useMayWrite } from '../source.ts'
import { Account } from './account.tsx'

interface ColumnProps {
  readonly theme: ReturnType<typeof useTheme>
  readonly place: RefObject<HTMLElement | null>
  /** Something in it was pressed. */
  readonly onChoice: (event: MouseEvent) => void
}

/** The left column: search, inbox, every document. It is there on each page. */
export function Column({ theme, place, onChoice }: ColumnProps) {
  const [location] = useLocation()
  const isByTitle = useSearch().includes('order=title')
  const total = useDocuments().data?.total
  const mayWrite = useMayWrite()
  return (
    <aside ref={place} className="column" aria-label="Workspace" onClick={onChoice}>
      <div className="head">
        <Link href="/" className="home">
          <Mark size={20} />
          Workspace
        </Link>
        <NewDocument />
      </div>
      <div className="scroll">
        <Link href="/search" className="search-link">
          <Icon name="search" />
          <span>{total === undefined ? 'Search' : `Search ${total.toLocaleString('en-US')} documents`}</span>
          <kbd>{isApple() ? '⌘K' : 'Ctrl K'}</kbd>
        </Link>
        <nav aria-label="Workspace">
          <InboxEntries />
          <Link href="/" className="place" aria-current={location === '/' && !isByTitle ? 'page' : undefined}>
            <Icon name="recent" />
            Recent
          </Link>
          <Link href="/?order=title" className="place" aria-current={location === '/' && isByTitle ? 'page' : undefined}>
            <Icon name="document" />
            All documents
            {total !== undefined && <span className="count">{total.toLocaleString('en-US')}</span>}
          </Link>
          <Link href="/trends" className="place" aria-current={location === '/trends' ? 'page' : undefined}>
            <Icon name="trends" />
            Activity
          </Link>
          {mayWrite && (
            <Link href="/import" className="place" aria-current={location === '/import' ? 'page' : undefined}>
              <Icon name="import" />
              Import
            </Link>
          )}
        </nav>
        <DocumentTree />
      </div>
      <ImportFoot />
      <div className="foot">
        <Account />
        <ThemeButton theme={theme} />
      </div>
    </aside>
  )
}

const isApple = () => /Mac|iPhone|iPad/.test(navigator.userAgent)
