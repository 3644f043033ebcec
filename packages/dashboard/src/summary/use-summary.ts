import type { Range, Summary, View } from '@millrace/contract'
import { useQuery } from '@tanstack/react-query'
import { useRange } from '../place.ts'
import { useSource } from '../source.ts'
import { readSummary } from './read-summary.ts'

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

/** How often the figures are read, ms. */
const refreshMs = 30_000
/** From this age on they are shown as old, ms. */
const oldMs = 90_000

/** The figures of one page, read again while it is seen; all pages of a browser share one reader. */
export function useSummary(query: SummaryQuery): SummaryRead {
  const { baseUrl, token } = useSource()
  const [range] = useRange()
  const { data, dataUpdatedAt } = useQuery({
    queryKey: ['summary', baseUrl, range, query],
    queryFn: ({ signal }) => readSummary({ baseUrl, token }, { ...query, range }, signal),
    refetchInterval: refreshMs,
  })
  return { summary: data, range, isOld: data !== undefined && Date.now() - dataUpdatedAt > oldMs }
}
