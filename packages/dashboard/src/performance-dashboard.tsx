import { createClient } from '@millrace/contract'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Router } from 'wouter'
import { memoryLocation } from 'wouter/memory-location'
import { Frame } from './frame/frame.tsx'
import { SourceContext } from './source.ts'
import type { Token } from './source.ts'
import { FeedProvider } from './summary/use-feed.tsx'

export interface PerformanceDashboardProps {
  /** Where the interface is mounted: `https://queues.example.com`, or '' for the page's own origin. A path is kept. @defaultValue '' */
  readonly baseUrl?: string
  /** A token with the role viewer or more; a function is asked before each request. Left out, a cookie of the same origin speaks. */
  readonly token?: Token
  /**
   * The path of the page below which the sections have addresses of their own, without a slash at the end: `/dashboard`; the title of the
   * page then follows what is shown. Left out, the component keeps its place to itself and touches neither address nor title.
   */
  readonly basePath?: string
  /** Where a browser is sent when nobody is signed in; it gets `?next=` with the way back. Left out, the page says what is wrong. */
  readonly signInPath?: string
  /** Where the pages of the application begin that the queues work for: the rail then leads there. @defaultValue none */
  readonly workspacePath?: string
}

/**
 * The whole dashboard: rail, top bar and pages. It reads one summary every 30 s while it is seen, and less often where the rate limit
 * asks for it. Its sheet is `@millrace/dashboard/dashboard.css`; nothing of it reaches outside the component.
 */
export function PerformanceDashboard({ baseUrl = '', token, basePath, signInPath, workspacePath }: PerformanceDashboardProps) {
  const source = useMemo(
    () => ({ baseUrl, token, workspacePath, client: createClient({ baseUrl, ...(token === undefined ? {} : { token }) }) }),
    [baseUrl, token, workspacePath],
  )
  const [queries] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false } } }))
  const [memory] = useState(() => memoryLocation({ path: '/' }))
  const router = basePath === undefined ? { hook: memory.hook, searchHook: memory.searchHook } : { base: basePath }
  return (
    <QueryClientProvider client={queries}>
      <SourceContext value={source}>
        <FeedProvider>
          <Router {...router}>
            <Frame signInPath={signInPath} isTitled={basePath !== undefined} />
          </Router>
        </FeedProvider>
      </SourceContext>
    </QueryClientProvider>
  )
}
