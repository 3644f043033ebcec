import { useSummary } from '../summary/use-summary.ts'

/** The first screen: is anything wrong, since when, where. */
export function OverviewPage() {
  const { summary } = useSummary({ view: 'overview' })
  return <h1>{summary === undefined ? 'Overview' : summary.verdict.status}</h1>
}
