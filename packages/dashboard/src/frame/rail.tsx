import type { Summary } from '@millrace/contract'
import { Icon, Mark, StatusShape, formatClock } from '@millrace/ui'
import type { StatusName } from '@millrace/ui'
import { useLocation } from 'wouter'
import { PlaceLink } from '../place-link.tsx'
import { sections } from '../sections.tsx'
import { useSession } from '../session.ts'
import { useSource } from '../source.ts'
import type { Lapse } from '../summary/freshness.model.ts'
import { sectionState } from './section-state.model.ts'

interface RailProps {
  readonly summary: Summary | undefined
  readonly lapse: Lapse | null
}

const troubles: Readonly<Partial<Record<StatusName, string>>> = { fail: 'failing', slow: 'degraded', unknown: 'unknown' }

/** The sections with what is wrong in them; a bar at the foot on a phone. */
export function Rail({ summary, lapse }: RailProps) {
  const [location] = useLocation()
  const { workspacePath } = useSource()
  return (
    <nav className="rail" aria-label="Sections">
      <PlaceLink className="home" href="/">
        <Mark />
        <span className="label">Millrace</span>
      </PlaceLink>
      <ul>
        {sections.map(({ path, name, icon }) => {
          const { status, note } = sectionState(path, summary, lapse !== null)
          return (
            <li key={path}>
              <PlaceLink href={path} title={name} isCurrent={isWithin(location, path)}>
                <Icon name={icon} />
                <span className="label">{name}</span>
                {note !== null && status === null && <span className="count">{note}</span>}
                {status !== null && (
                  <span className="trouble">
                    <StatusShape status={status} size={12} />
                    <span className="visually-hidden">{troubles[status]}</span>
                  </span>
                )}
              </PlaceLink>
            </li>
          )
        })}
      </ul>
      {workspacePath !== undefined && (
        <a className="away" href={workspacePath} title="Workspace">
          <Icon name="document" />
          <span className="label">Workspace</span>
        </a>
      )}
      <Foot summary={summary} lapse={lapse} />
    </nav>
  )
}

function Foot({ summary, lapse }: RailProps) {
  const session = useSession()
  if (summary === undefined) return null
  const alive = summary.instances.filter(({ status }) => status === 'alive').length
  const { version } = summary.system.application
  const at = lapse === null || lapse.readAtMs === 0 ? '' : ` at ${formatClock(lapse.readAtMs)}`
  const instances = `${alive === 1 ? 'one instance' : `${alive} instances`}${at}`
  return (
    <div className="foot">
      {session !== undefined && <p title={session.name ?? session.subject ?? undefined}>Signed in as {session.role}</p>}
      <p>{[version, alive === 0 ? null : instances].filter((part) => part !== null).join(' · ')}</p>
    </div>
  )
}

const isWithin = (location: string, path: string) => location === path || (path !== '/' && location.startsWith(`${path}/`))
