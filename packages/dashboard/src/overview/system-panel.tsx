import type { Summary } from '@millrace/contract'
import { Meter, Panel, Skeleton, Ticks } from '@millrace/ui'
import { aliveInstances, systemMeters } from './system-meters.model.ts'

const names = ['CPU', 'Memory', 'Disk', 'Application', 'Redis memory']

/** Use of each resource against its limit. */
export function SystemPanel({ summary }: { readonly summary: Summary | undefined }) {
  const alive = summary === undefined ? 1 : aliveInstances(summary)
  return (
    <Panel title="System" note={summary && (alive === 1 ? 'one instance' : `worst of ${alive} instances`)} end={<Ticks />}>
      <div className="meters">
        {summary === undefined
          ? names.map((name) => (
              <div key={name} className="meter">
                <span className="name">{name}</span>
                <Skeleton width="100%" height={8} />
              </div>
            ))
          : systemMeters(summary).map((meter) => <Meter key={meter.name} {...meter} />)}
      </div>
    </Panel>
  )
}
