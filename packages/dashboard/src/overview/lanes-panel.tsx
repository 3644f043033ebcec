import type { Summary } from '@millrace/contract'
import { Empty, Panel, Skeleton, Status, usePast } from '@millrace/ui'
import { PlaceLink } from '../place-link.tsx'
import { lanesOf } from '../queues/lanes.model.ts'
import { LaneStrip } from '../queues/lane-strip.tsx'
import { queueRows } from '../queues/queue-row.model.ts'

/** The levels of the queue in most trouble. */
export function LanesPanel({ summary }: { readonly summary: Summary | undefined }) {
  const past = usePast()
  const worst = summary && queueRows(summary)[0]
  const starved = worst && lanesOf(worst.queue.levels).lanes.filter(({ isStarved }) => isStarved)
  return (
    <Panel
      title="Priority lanes"
      note={
        worst && (
          <>
            <PlaceLink href={`/queues/${encodeURIComponent(worst.name)}`} className="thing">
              {worst.name}
            </PlaceLink>
            {worst.status === 'ok' ? 'the busiest; none is in trouble' : 'the queue in most trouble'}
          </>
        )
      }
      end={
        past === null &&
        starved !== undefined &&
        starved.length > 0 && <Status status="slow" word={starvedText(starved.map(({ level }) => level))} badge />
      }
    >
      {summary === undefined && (
        <div className="panel-body">
          <Skeleton width="100%" height={166} />
        </div>
      )}
      {summary !== undefined && worst === undefined && (
        <Empty title="No lanes yet">The four levels of a queue are drawn here: what waits behind the gate, and what each level gets.</Empty>
      )}
      {worst !== undefined && <LaneStrip levels={worst.queue.levels} narrow />}
    </Panel>
  )
}

const starvedText = (levels: readonly string[]) => `${levels.join(', ')} ${levels.length === 1 ? 'is' : 'are'} starved`
