import { Icon } from './icon.tsx'
import { themes } from './theme.ts'
import type { Theme, useTheme } from './theme.ts'

const icons = { system: 'auto', light: 'light', dark: 'dark' } as const satisfies Record<Theme, string>

/** Goes from one theme to the next. */
export function ThemeButton({ theme: { theme, choose } }: { readonly theme: ReturnType<typeof useTheme> }) {
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  return (
    <button
      type="button"
      className="button icon"
      aria-label={`Theme: ${theme}. Change to ${next}`}
      title={`Theme: ${theme}`}
      onClick={() => choose(next)}
    >
      <Icon name={icons[theme]} />
    </button>
  )
}
