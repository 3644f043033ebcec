import type { Summary } from '@millrace/contract'
import { Icon, Mark, Segment } from '@millrace/ui'
import { ranges, useRange } from '../place.ts'
import { Crumb } from './crumb.tsx'
import { Freshness } from './freshness.tsx'
import { RefreshButton } from './refresh-button.tsx'
import { SignOutButton } from './sign-out-button.tsx'
import { themes } from './theme.ts'
import type { Theme, useTheme } from './theme.ts'

const themeIcons = { system: 'auto', light: 'light', dark: 'dark' } as const satisfies Record<Theme, string>

interface TopBarProps {
  readonly theme: ReturnType<typeof useTheme>
  readonly summary: Summary | undefined
  readonly signInPath: string | undefined
}

/** What holds for every page: where one is, the range, how fresh the figures are, the theme. */
export function TopBar({ theme: { theme, choose }, summary, signInPath }: TopBarProps) {
  const [range, setRange] = useRange()
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  const environment = summary?.environment ?? null
  return (
    <header className="topbar">
      <span className="small-mark">
        <Mark size={20} />
      </span>
      <Crumb />
      {environment !== null && <span className="tag">{environment}</span>}
      <div className="mr:flex-1" />
      <Segment label="Range" options={ranges} chosen={range} choose={setRange} />
      <Freshness />
      <span className="refresh">
        <RefreshButton />
      </span>
      <button
        type="button"
        className="button icon"
        aria-label={`Theme: ${theme}. Change to ${next}`}
        title={`Theme: ${theme}`}
        onClick={() => choose(next)}
      >
        <Icon name={themeIcons[theme]} />
      </button>
      <SignOutButton signInPath={signInPath} />
    </header>
  )
}
