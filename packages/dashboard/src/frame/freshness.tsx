import { Icon, formatAge, useNow } from '@millrace/ui'
import { elapsedPart, freshnessText } from '../summary/freshness.model.ts'
import { useFeed } from '../summary/use-feed.tsx'
import { usePageEntry } from '../summary/use-page-entry.ts'

const ringLength = 2 * Math.PI * 5.5

/** How old the figures are and when they come anew; stops and starts that. */
export function Freshness() {
  const { feed, state } = useFeed()
  const nowMs = useNow(1_000)
  const readAtMs = usePageEntry()?.readAtMs ?? 0
  const part = state.isPaused ? 0 : 1 - elapsedPart(state, readAtMs, nowMs)
  return (
    <div className="chip freshness">
      <svg className="countdown" viewBox="0 0 14 14" aria-hidden="true">
        <circle cx="7" cy="7" r="5.5" />
        <circle cx="7" cy="7" r="5.5" strokeDasharray={`${part * ringLength} ${ringLength}`} />
      </svg>
      <span className="long">{freshnessText(state, readAtMs, nowMs)}</span>
      <span className="brief" aria-hidden="true">
        {readAtMs === 0 ? '…' : formatAge(nowMs - readAtMs)}
      </span>
      <button
        type="button"
        aria-label={state.isPaused ? 'Resume refreshing' : 'Pause refreshing'}
        onClick={() => feed.setPaused(!state.isPaused)}
      >
        <Icon name={state.isPaused ? 'play' : 'pause'} />
        <span className="text">{state.isPaused ? 'Resume' : 'Pause'}</span>
      </button>
    </div>
  )
}
