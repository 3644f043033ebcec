import { ranges, useRange } from '../place.ts'
import { Icon } from '../ui/icon.tsx'
import { Segment } from '../ui/segment.tsx'
import { themes } from './theme.ts'
import type { Theme, useTheme } from './theme.ts'

const themeIcons = { system: 'auto', light: 'light', dark: 'dark' } as const satisfies Record<Theme, string>

/** What holds for every page: the range and the theme. */
export function TopBar({ theme: { theme, choose } }: { readonly theme: ReturnType<typeof useTheme> }) {
  const [range, setRange] = useRange()
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  return (
    <header className="topbar">
      <Segment label="Range" options={ranges} chosen={range} choose={setRange} />
      <button
        type="button"
        className="button icon"
        aria-label={`Theme: ${theme}. Change to ${next}`}
        title={`Theme: ${theme}`}
        onClick={() => choose(next)}
      >
        <Icon name={themeIcons[theme]} />
      </button>
    </header>
  )
}
