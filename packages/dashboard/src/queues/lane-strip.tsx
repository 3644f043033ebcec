import type { LevelStats } from '@millrace/contract'
import { Status, formatDuration, formatNumber, formatShare, unknown } from '@millrace/ui'
import { lanesOf } from './lanes.model.ts'
import type { Lane } from './lanes.model.ts'

/** How far a gate opens at most, and how high a channel is, px. */
const gateHeight = 14
const channelHeight = 36

/** The four levels of one queue: depth, oldest against its target, share served against share promised. */
export function LaneStrip({ levels, narrow = false }: { readonly levels: readonly LevelStats[]; readonly narrow?: boolean }) {
  const { scale, lanes } = lanesOf(levels)
  // Without a mark its column is not there: the channels have the room.
  const isCalm = lanes.every(({ mark }) => mark === null)
  return (
    <div className={['lanes', narrow && 'narrow', isCalm && 'calm'].filter(Boolean).join(' ')} role="table" aria-label="Priority levels">
      <div role="rowgroup">
        <div className="lanes-head" role="row">
          <span role="columnheader">Level</span>
          <span role="columnheader" className="depth">
            Depth
          </span>
          <span role="columnheader" className="oldest">
            Oldest
          </span>
          <span role="columnheader" className="target">
            Age target
          </span>
          <span role="columnheader" className="scale">
            <span>
              <span>{formatNumber(scale)}</span>
              <span>{narrow ? 'waiting' : 'waiting behind the gate'}</span>
              <span>0</span>
            </span>
            <span />
            <span>
              <span>0</span>
              <span>{narrow ? 'served' : 'served, last minute'}</span>
              <span>100 %</span>
            </span>
          </span>
          <span role="columnheader" className="served">
            Served
          </span>
          <span role="columnheader" className="share">
            Target
          </span>
          <span role="columnheader" className="mark">
            <span className="visually-hidden">State</span>
          </span>
        </div>
      </div>
      <div role="rowgroup">
        {lanes.map((lane) => (
          <LaneRow key={lane.level} lane={lane} />
        ))}
      </div>
    </div>
  )
}

function LaneRow({ lane }: { readonly lane: Lane }) {
  const { level, depth, oldestAgeMs, targetAgeMs, isLate, isStarved, factor, served, share, mark, shortfall } = lane
  return (
    <div className="lane" role="row">
      <span role="rowheader" className="level">
        {level}
      </span>
      <span role="cell" className="depth">
        {formatNumber(depth)}
      </span>
      <span role="cell" className={isLate ? 'oldest bad' : 'oldest'}>
        {oldestAgeMs === null ? <span className="visually-hidden">none waiting</span> : formatDuration(oldestAgeMs)}
        {oldestAgeMs === null && <span aria-hidden="true">{unknown}</span>}
      </span>
      <span role="cell" className="target">
        {formatDuration(targetAgeMs)}
      </span>
      <Channel lane={lane} />
      <span role="cell" className={shortfall > 0 ? 'served bad' : 'served'}>
        {served === null ? unknown : formatShare(served)}
      </span>
      <span role="cell" className="share">
        {share !== null && <span className="of">of </span>}
        {share === null ? unknown : formatShare(share)}
      </span>
      <span role="cell" className="mark">
        {mark !== null && factor !== null && (
          <>
            <Status {...mark} badge={isStarved} />
            <span>{factor.toFixed(1)} × its target</span>
          </>
        )}
      </span>
    </div>
  )
}

function Channel({ lane: { water, gate, served, share, shortfall, isStarved } }: { readonly lane: Lane }) {
  const opening = gateHeight * gate
  return (
    <span role="cell" className="channel" {...(isStarved ? { 'data-starved': '' } : {})}>
      <span className="visually-hidden">drawn: depth, and share served</span>
      <span className="behind">{water > 0 && <span className="water" style={{ width: `${water * 100}%` }} />}</span>
      <span className="gate">
        <span className="wall" />
        <span className="opening" style={{ height: opening, top: (channelHeight - opening) / 2 }} />
        {served !== null && served > 0 && <span className="stream" style={{ height: Math.max(1.5, opening) }} />}
      </span>
      <span className="flow">
        {served !== null && <span className="passed" style={{ width: `${served * 100}%` }} />}
        {shortfall > 0 && <span className="short" style={{ left: `${(served ?? 0) * 100}%`, width: `${shortfall * 100}%` }} />}
        {share !== null && <span className="promised" style={{ left: `calc(${share * 100}% - 1px)` }} />}
      </span>
    </span>
  )
}
