import { useFeed } from '../summary/use-feed.tsx'

/** Lets figures come by a stream, each 2 to 5 s, instead of reading them each half minute. */
export function LiveSwitch() {
  const { feed, state } = useFeed()
  return (
    <button
      type="button"
      className="chip live"
      role="switch"
      aria-checked={state.isLive}
      title={state.isLive ? 'Figures come by themselves each 2 to 5 s' : 'Let figures come by themselves each 2 to 5 s'}
      onClick={() => feed.setLive(!state.isLive)}
    >
      <i aria-hidden="true" />
      Live
    </button>
  )
}
