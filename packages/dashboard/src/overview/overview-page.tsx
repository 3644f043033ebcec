import { Figure } from '@millrace/ui'
import { useSummary } from '../summary/use-summary.ts'
import { overviewFigures } from './figures.model.ts'
import { LanesPanel } from './lanes-panel.tsx'
import { QueuesPanel } from './queues-panel.tsx'
import { RoutesPanel } from './routes-panel.tsx'
import { SampleTraffic } from './sample-traffic.tsx'
import { StorePanel } from './store-panel.tsx'
import { SystemPanel } from './system-panel.tsx'
import { VerdictStrip } from './verdict-strip.tsx'

/** The first screen: is anything wrong, since when, where. */
export function OverviewPage() {
  const { summary } = useSummary({ view: 'overview' })
  const shared = { summary }
  return (
    <>
      <VerdictStrip {...shared} />
      <dl className="figures">
        {overviewFigures(summary).map((figure) => (
          <Figure key={figure.label} {...figure} />
        ))}
      </dl>
      <div className="split">
        <LanesPanel {...shared} />
        <SystemPanel {...shared} />
      </div>
      <QueuesPanel {...shared} />
      <div className="split">
        <RoutesPanel {...shared} />
        <StorePanel {...shared} />
      </div>
      <SampleTraffic />
    </>
  )
}
