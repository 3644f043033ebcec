import { createContext, useContext, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { useSource } from '../source.ts'
import { summaryReader } from './read-summary.ts'
import { SummaryFeed } from './summary-feed.ts'
import type { FeedState } from './summary-feed.ts'
import { alone, tabsOf } from './tabs.ts'
import { summaryWatcher } from './watch-summary.ts'

const FeedContext = createContext<SummaryFeed | undefined>(undefined)

/** Not all browsers come in the same instant, ms. */
const mostJitterMs = 1_000

const sight = {
  isSeen: () => document.visibilityState === 'visible',
  listen: (change: () => void) => {
    document.addEventListener('visibilitychange', change)
    return () => document.removeEventListener('visibilitychange', change)
  },
}

/** One feed for all pages below it; shared with the other tabs of the browser where the cookie speaks. */
export function FeedProvider({ children }: { readonly children: ReactNode }) {
  const { baseUrl, token } = useSource()
  const feed = useMemo(() => {
    const tabs = token === undefined ? tabsOf(`millrace-summary ${baseUrl}`) : alone
    const source = { baseUrl, token }
    const jitterMs = Math.floor(Math.random() * mostJitterMs)
    return new SummaryFeed({ read: summaryReader(source), watch: summaryWatcher(source), tabs, sight, jitterMs })
  }, [baseUrl, token])
  useEffect(() => feed.start(), [feed])
  return <FeedContext value={feed}>{children}</FeedContext>
}

export function useFeed(): { readonly feed: SummaryFeed; readonly state: FeedState } {
  const feed = useContext(FeedContext)
  if (feed === undefined) throw new Error('Pages of the dashboard stand inside <PerformanceDashboard/>.')
  return { feed, state: useSyncExternalStore(feed.subscribe, feed.state) }
}
