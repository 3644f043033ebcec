import type { Summary } from '@millrace/contract'
import { Icon, Panel, Skeleton, Status, formatBytes, formatDuration, formatNumber, statusBy } from '@millrace/ui'
import { PlaceLink } from '../place-link.tsx'
import { durabilityOf } from '../redis/durability.model.ts'
import { Ladder } from '../redis/ladder.tsx'
import { connectionOf } from '../redis/store.model.ts'
import { metrics } from '../summary/metric-names.ts'
import { limitOf } from '../summary/series.model.ts'
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
      title={redis.kind === 'redis' ? 'Redis' : 'Embedded file'}
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

function Memory({ summary }: { readonly summary: Summary }) {
  const { usedMemoryBytes: used, maxMemoryBytes: most, memoryLimit, kind, connected } = summary.redis
  const name = kind === 'redis' ? 'Memory' : 'Size'
  if (used === null)
    return (
      <p className="quiet">
        {name} — {connected ? 'the store does not say' : 'the store does not answer'}
      </p>
    )
  if (most === null || most === 0) {
    return (
      <p>
        {name} <b>{formatBytes(used)}</b>, no limit known
      </p>
    )
  }
  const usage = Math.min(1, used / most)
  const limit = limitOf(summary, metrics.storeUsage)
  const status = statusBy((used / most) * 100, limit)
  const kindOfLimit = { maxmemory: 'maxmemory', system: 'memory of its machine', disk: 'the disk it lies on' }[memoryLimit ?? 'system']
  return (
    <div className="memory" data-status={status}>
      <div>
        <span>
          {name} <b>{formatBytes(used)}</b> of {formatBytes(most)}
        </span>
        <span>{kindOfLimit}</span>
      </div>
      <div className="bar">
        <i style={{ width: `${usage * 100}%` }} />
        {limit !== undefined && (
          <>
            <span className="tick" style={{ left: `${limit.warn}%` }} />
            <span className="tick critical" style={{ left: `${limit.critical}%` }} />
          </>
        )}
      </div>
      <ul>
        <li>
          <i data-part="used" /> Used <b>{formatBytes(used)}</b>
        </li>
        <li>
          <i data-part="free" /> Free <b>{formatBytes(Math.max(0, most - used))}</b>
        </li>
      </ul>
    </div>
  )
}
