import type { Range, Summary, View } from '@millrace/contract'
import { useEffect, useMemo } from 'react'
import { useRange } from '../place.ts'
import { entryOf } from './entry.ts'
import { useFeed } from './use-feed.tsx'

/** What one page asks for besides the range, which is the reader's. */
export interface SummaryQuery {
  readonly view: View
  /** The queue whose series and heatmaps come along. */
  readonly queue?: string
  readonly method?: string
  readonly endpoint?: string
}

export interface SummaryRead {
  /** Undefined until the first answer: the page shows skeletons at their final size. */
  readonly summary: Summary | undefined
  readonly range: Range
}

/** The figures of one page, read again while it is seen; all pages of all tabs share one reader. */
export function useSummary({ view, queue, method, endpoint }: SummaryQuery): SummaryRead {
  const { feed, state } = useFeed()
  const [range] = useRange()
  const wanted = useMemo(
    () => ({
      view,
      range,
      ...(queue === undefined ? {} : { queue }),
      ...(method === undefined ? {} : { method }),
      ...(endpoint === undefined ? {} : { endpoint }),
    }),
    [view, range, queue, method, endpoint],
  )
  useEffect(() => feed.want(wanted), [feed, wanted])
  return { summary: entryOf(state.entries, wanted)?.summary, range }
}
