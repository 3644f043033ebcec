import { useState, useSyncExternalStore } from 'react'

const views = ['Write', 'Both', 'Read'] as const
export type View = (typeof views)[number]

const remembered = 'millrace-view'

/** Below this width one pane is shown at a time. */
const narrow = matchMedia('(max-width: 799px)')

interface ChosenView {
  readonly view: View
  /** Those that there is room for. */
  readonly options: readonly View[]
  readonly choose: (view: View) => void
}

/** Which panes are shown; the choice is remembered by this browser. Who cannot write begins with reading. */
export function useView(mayWrite: boolean): ChosenView {
  const isNarrow = useSyncExternalStore(subscribe, () => narrow.matches)
  const [chosen, setChosen] = useState(readView)
  const choose = (view: View) => {
    setChosen(view)
    try {
      localStorage.setItem(remembered, view)
    } catch {
      // A browser that keeps nothing still shows what was chosen.
    }
  }
  const fallback: View = mayWrite ? 'Both' : 'Read'
  const view = chosen ?? fallback
  if (!isNarrow) return { view, options: views, choose }
  return { view: view === 'Both' ? 'Write' : view, options: views.filter((option) => option !== 'Both'), choose }
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener)
  return () => narrow.removeEventListener('change', listener)
}

function readView(): View | undefined {
  try {
    const found = localStorage.getItem(remembered)
    return views.find((view) => view === found)
  } catch {
    return undefined
  }
}
