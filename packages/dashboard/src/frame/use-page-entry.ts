import { useFeed } from '../summary/use-feed.tsx'
import type { Entry } from '../summary/entry.ts'

/** What is known of the summary that the page shows; undefined before it was asked for. */
export function usePageEntry(): Entry | undefined {
  const { feed, state } = useFeed()
  const key = feed.shownKey()
  return key === undefined ? undefined : state.entries.get(key)
}
