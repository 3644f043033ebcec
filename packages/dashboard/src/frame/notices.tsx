import { Banner, Button, useNow } from '@millrace/ui'
import { slowText, troubleOf } from '../summary/freshness.model.ts'
import { usualIntervalMs } from '../summary/refresh-policy.model.ts'
import { useFeed } from '../summary/use-feed.tsx'
import { usePageEntry } from '../summary/use-page-entry.ts'

/** Above every page: what is wrong with reading it, and that it is read more slowly. */
export function Notices() {
  const { feed, state } = useFeed()
  const nowMs = useNow(5_000)
  const trouble = troubleOf(usePageEntry(), state, nowMs)
  const slow = slowText(state, nowMs)
  return (
    <>
      {trouble !== null && (
        <Banner
          status={trouble.status}
          title={trouble.title}
          code={trouble.code}
          action={
            <Button icon="refresh" disabled={state.isReading || !feed.mayAsk()} onClick={() => feed.refresh()}>
              Retry
            </Button>
          }
        >
          {trouble.text}
        </Banner>
      )}
      {state.liveEnd !== null && (
        <p className="slow-note" role="status">
          Live ended: {state.liveEnd}. The figures are read every {usualIntervalMs / 1_000} s again.
        </p>
      )}
      {slow !== null && (
        <p className="slow-note" role="status">
          {slow}
        </p>
      )}
    </>
  )
}
