import type { Range, Summary, View } from '@millrace/contract'
import { useNow } from '@millrace/ui'
import { useEffect, useMemo } from 'react'
import { useRange } from '../place.ts'
import { keyOf } from './entry.ts'
import type { Entry } from './entry.ts'
import { isOldAt } from './freshness.model.ts'
import type { FeedState } from './summary-feed.ts'
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
  /** What is shown was read too long ago to be taken as now: values are grey. */
  readonly isOld: boolean
}

/** The figures of one page, read again while it is seen; all pages of all tabs share one reader. */
export function useSummary({ view, queue, method, endpoint }: SummaryQuery): SummaryRead {
  const { feed, state } = useFeed()
  const [range] = useRange()
  const nowMs = useNow(5_000)
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
  const entry = state.entries.get(keyOf(wanted))
  // Until another range is read, the page keeps what it has: it says itself which range that is.
  const shown = entry?.summary === undefined ? (otherRange(state, wanted) ?? entry) : entry
  return { summary: shown?.summary, range, isOld: shown?.summary !== undefined && isOldAt(shown.readAtMs, state.intervalMs, nowMs) }
}

function otherRange(state: FeedState, wanted: Parameters<typeof keyOf>[0]): Entry | undefined {
  const keys = (['1h', '24h', '7d'] as const).map((range) => keyOf({ ...wanted, range }))
  return keys
    .flatMap((key) => state.entries.get(key) ?? [])
    .filter(({ summary }) => summary !== undefined)
    .toSorted((a, b) => b.readAtMs - a.readAtMs)[0]
}
