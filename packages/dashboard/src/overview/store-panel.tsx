import type { Summary } from '@millrace/contract'
import { Icon, Panel, Skeleton, Status, formatBytes, formatDuration, formatNumber, usePast } from '@millrace/ui'
import { PlaceLink } from '../place-link.tsx'
import { durabilityOf } from '../redis/durability.model.ts'
import { Ladder } from '../redis/ladder.tsx'
import { connectionOf, roomOf, storeWords } from '../redis/store.model.ts'
import { useLapse } from '../summary/use-lapse.ts'

/** Redis or the embedded file: connection, memory against its limit, and what can be lost. */
export function StorePanel({ summary }: { readonly summary: Summary | undefined }) {
  const lapse = useLapse()
  if (summary === undefined) {
    return (
      <Panel title="Redis">
        <div className="panel-body">
          <Skeleton width="100%" height={120} />
        </div>
      </Panel>
    )
  }
  const { redis } = summary
  const { rungs, sentence } = durabilityOf(redis)
  const facts = [
    redis.version,
    redis.latencyMs === null ? null : formatDuration(redis.latencyMs),
    redis.connectedClients === null ? null : `${formatNumber(redis.connectedClients)} clients`,
  ].filter((fact) => fact !== null)
  return (
    <Panel
      title={storeWords(redis.kind).title}
      note={<Status {...connectionOf(redis.connected, lapse)} />}
      end={
        <>
          <span>{facts.join(' · ')}</span>
          <PlaceLink href="/redis" className="button">
            Redis <Icon name="next" />
          </PlaceLink>
        </>
      }
    >
      <div className="panel-body">
        <Memory summary={summary} />
        <div className="durability">
          <span>Durability</span>
          <div>
            <Ladder rungs={rungs} />
            <p>{sentence}</p>
          </div>
        </div>
      </div>
    </Panel>
  )
}

/** What it uses of what it may use, with the ticks where it warns and is critical. */
function Memory({ summary }: { readonly summary: Summary }) {
  const past = usePast()
  const { usage, of, freeBytes, limit, state } = roomOf(summary)
  return (
    <div className="memory" data-status={past === null ? state.status : 'unknown'}>
      <div>
        <span>
          {storeWords(summary.redis.kind).used} <b>{of}</b>
        </span>
        {freeBytes !== null && <span>{formatBytes(freeBytes)} free</span>}
      </div>
      {usage !== null && (
        <div className="bar">
          <i style={{ width: `${Math.min(1, usage) * 100}%` }} />
          {limit !== undefined && (
            <>
              <span className="tick" style={{ left: `${limit.warn * 100}%` }} />
              <span className="tick critical" style={{ left: `${limit.critical * 100}%` }} />
            </>
          )}
        </div>
      )}
    </div>
  )
}
