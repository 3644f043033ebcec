import { useSyncExternalStore } from 'react'
import type { RefObject } from 'react'

/** The colours and the face of the dashboard as a canvas needs them: read where the chart stands, for canvases know no custom properties. */
export interface Palette {
  /** The value of a token: `colour('p50')`. */
  readonly colour: (token: string) => string
  readonly font: string
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element)
  return { colour: (token) => style.getPropertyValue(`--${token}`).trim(), font: `12px ${style.fontFamily}` }
}

/** A word that changes whenever the colours do, by the reader's choice or by the system's: what was drawn is then drawn anew. */
export function useScheme(place: RefObject<Element | null>): string {
  return useSyncExternalStore(
    (changed) => {
      const system = matchMedia('(prefers-color-scheme: dark)')
      const choice = new MutationObserver(changed)
      const root = place.current?.closest('.millrace')
      if (root) choice.observe(root, { attributes: true, attributeFilter: ['data-theme'] })
      system.addEventListener('change', changed)
      return () => {
        choice.disconnect()
        system.removeEventListener('change', changed)
      }
    },
    () => {
      const chosen = place.current?.closest<HTMLElement>('.millrace')?.dataset['theme'] ?? ''
      return `${chosen} ${matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'}`
    },
  )
}
