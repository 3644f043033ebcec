import { entryOf } from './entry.ts'
import type { Entry } from './entry.ts'
import { useFeed } from './use-feed.tsx'

/** What is known of the summary that the page shows; undefined before it was asked for. */
export function usePageEntry(): Entry | undefined {
  const { feed, state } = useFeed()
  const wanted = feed.shown()
  return wanted === undefined ? undefined : entryOf(state.entries, wanted)
}
