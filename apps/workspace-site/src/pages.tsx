import { lazy } from 'react'
import type { ComponentType } from 'react'
import { DocumentsPage } from './documents/documents-page.tsx'
import { InboxPage } from './inbox/inbox-page.tsx'
import { SearchPage } from './search/search-page.tsx'

const ImportPage = lazy(() => import('./import/import-page.tsx').then(({ ImportPage: Page }) => ({ default: Page })))
const TrendsPage = lazy(() => import('./trends/trends-page.tsx').then(({ TrendsPage: Page }) => ({ default: Page })))
const VersionsPage = lazy(() => import('./versions/versions-page.tsx').then(({ VersionsPage: Page }) => ({ default: Page })))
const DocumentPage = lazy(() => import('./document/document-page.tsx').then(({ DocumentPage: Page }) => ({ default: Page })))

/** THE TABLE of the pages, by their path below the mount point: the first that fits is shown. */
export const pages: readonly { readonly path: string; readonly Page: ComponentType }[] = [
  { path: '/', Page: DocumentsPage },
  { path: '/documents/:id', Page: DocumentPage },
  { path: '/documents/:id/versions', Page: VersionsPage },
  { path: '/search', Page: SearchPage },
  { path: '/inbox', Page: InboxPage },
  { path: '/import', Page: ImportPage },
  { path: '/trends', Page: TrendsPage },
]
