import type { Summary, SystemMetrics } from '@millrace/contract'
import { Meter, Pairs, Panel, Skeleton, Ticks, formatBytes, formatDuration, formatNumber, formatShare, unknown } from '@millrace/ui'
import { reasonOf, resourcesOf } from './meters.model.ts'

const resources = ['CPU', 'Memory', 'Disk', 'Heap', 'Event loop']

/** The process that answered: use of each limit, and what has none. */
export function MachinePanel({ summary }: { readonly summary: Summary | undefined }) {
  return (
    <Panel title="This process" note={summary?.system.instance} end={<Ticks />}>
      <div className="machine">
        <div className="meters">
          {summary === undefined
            ? resources.map((name) => (
                <div key={name} className="meter">
                  <span className="name">{name}</span>
                  <Skeleton width="100%" height={8} />
                  <span className="percent">
                    <Skeleton width={36} />
                  </span>
                  <span className="of">
                    <Skeleton width={120} />
                  </span>
                </div>
              ))
            : resourcesOf(summary).map((resource) => <Meter key={resource.name} {...resource} />)}
        </div>
        <Pairs pairs={factsOf(summary?.system)} />
      </div>
    </Panel>
  )
}

function factsOf(system: SystemMetrics | undefined): readonly (readonly [name: string, value: string | undefined])[] {
  const names = ['Load', 'Throttled', 'Network', 'Requests', 'Mean response', 'Uptime', 'Version'] as const
  if (system === undefined) return names.map((name) => [name, undefined])
  const { cpu, network, application } = system
  const none = (figure: string) => `${unknown} ${reasonOf(system, figure)}`
  const rate = (value: number | null, word: string, figure: string) => (value === null ? none(figure) : `${formatBytes(value)}/s ${word}`)
  const values: Readonly<Record<(typeof names)[number], string>> = {
    Load: cpu.load === null ? none('cpu.load') : `${cpu.load.map((value) => value.toFixed(2)).join(' · ')} in 1, 5, 15 min`,
    Throttled: cpu.throttled === null ? none('cpu.throttled') : `${formatShare(cpu.throttled)} of the quota’s periods`,
    Network:
      network.receivedBytesPerSecond === null && network.sentBytesPerSecond === null
        ? none('network.receivedBytesPerSecond')
        : `${rate(network.receivedBytesPerSecond, 'in', 'network.receivedBytesPerSecond')} · ${rate(network.sentBytesPerSecond, 'out', 'network.sentBytesPerSecond')}`,
    Requests: `${formatNumber(application.requests)}, ${formatNumber(application.errors)} failed`,
    'Mean response':
      application.responseTime === null
        ? `${unknown} no request in the last minute`
        : `${formatDuration(application.responseTime)} in the last minute`,
    Uptime: formatDuration(Math.floor(application.uptime) * 1_000),
    Version: application.version ?? `${unknown} APP_VERSION is not set`,
  }
  return names.map((name) => [name, values[name]])
}
