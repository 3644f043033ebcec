import { useEffect, useState } from 'react'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const remembered = 'millrace-theme'

/** The chosen theme, which this browser remembers, and what it comes down to now. */
export function useTheme(): { readonly theme: Theme; readonly shown: 'light' | 'dark'; readonly choose: (theme: Theme) => void } {
  const [theme, setTheme] = useState(readTheme)
  const [isDark, setDark] = useState(() => darkness().matches)
  useEffect(() => {
    const query = darkness()
    const follow = () => setDark(query.matches)
    query.addEventListener('change', follow)
    return () => query.removeEventListener('change', follow)
  }, [])
  const choose = (next: Theme) => {
    setTheme(next)
    try {
      localStorage.setItem(remembered, next)
    } catch {
      // A browser that keeps nothing still shows what was chosen.
    }
  }
  return { theme, shown: theme === 'system' ? (isDark ? 'dark' : 'light') : theme, choose }
}

const darkness = () => matchMedia('(prefers-color-scheme: dark)')

function readTheme(): Theme {
  try {
    const found = localStorage.getItem(remembered)
    return themes.find((theme) => theme === found) ?? 'system'
  } catch {
    return 'system'
  }
}
