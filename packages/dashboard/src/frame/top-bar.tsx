import type { Summary } from '@millrace/contract'
import { Mark, Segment, ThemeButton } from '@millrace/ui'
import type { useTheme } from '@millrace/ui'
import { useLocation } from 'wouter'
import { ranges, useRange } from '../place.ts'
import { useSource } from '../source.ts'
import { Crumb } from './crumb.tsx'
import { Freshness } from './freshness.tsx'
import { LiveSwitch } from './live-switch.tsx'
import { placeOf } from './place-of.model.ts'
import { RefreshButton } from './refresh-button.tsx'
import { SignOutButton } from './sign-out-button.tsx'

interface TopBarProps {
  readonly theme: ReturnType<typeof useTheme>
  readonly summary: Summary | undefined
  readonly signInPath: string | undefined
}

/** What holds for every page: where one is, the range, how fresh the figures are, the theme. */
export function TopBar({ theme, summary, signInPath }: TopBarProps) {
  const [range, setRange] = useRange()
  const [location] = useLocation()
  const { workspacePath } = useSource()
  const hasFigures = placeOf(location) !== null
  const environment = summary?.environment ?? null
  return (
    <header className="topbar">
      {workspacePath === undefined ? (
        <span className="small-mark">
          <Mark size={20} />
        </span>
      ) : (
        <a className="small-mark" href={workspacePath} aria-label="Workspace" title="Workspace">
          <Mark size={20} />
        </a>
      )}
      <Crumb />
      {environment !== null && <span className="tag">{environment}</span>}
      <div className="mr:flex-1" />
      {hasFigures && (
        <>
          <Segment label="Range" options={ranges} chosen={range} choose={setRange} />
          <Freshness />
          <LiveSwitch />
          <span className="refresh">
            <RefreshButton />
          </span>
        </>
      )}
      <ThemeButton theme={theme} />
      <SignOutButton signInPath={signInPath} />
    </header>
  )
}
