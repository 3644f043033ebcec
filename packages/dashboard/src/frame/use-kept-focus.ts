import { useEffect } from 'react'
import type { RefObject } from 'react'

const focusable = 'a[href], button, input, select, [tabindex="0"]'

/**
 * Keeps the focus near where it was when what had it is taken away, as a banner that is over, a toast, or a row that left: the first
 * control of the nearest part that still stands, at most the page as a whole. Without it, whoever uses the keyboard begins again at the top.
 */
export function useKeptFocus(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = place.current
    if (root === null) return undefined
    let trail: readonly Element[] = []
    const note = ({ target }: FocusEvent) => {
      trail = target instanceof Element ? trailOf(target, root) : []
    }
    const keep = () => {
      const [last] = trail
      if (last === undefined || last.isConnected || document.activeElement !== document.body) return
      const part = trail.find((element) => element.isConnected)
      const page = root.querySelector<HTMLElement>('main')
      // What belongs to no part was the page itself, which is another one now.
      const next = part?.closest('section, .toasts') ? part.querySelector<HTMLElement>(focusable) : null
      ;(next ?? page)?.focus({ preventScroll: true })
    }
    // A click elsewhere gives it up on purpose.
    const forget = () => (trail = document.activeElement === document.body ? [] : trail)
    const watched = new MutationObserver(keep)
    watched.observe(root, { childList: true, subtree: true })
    root.addEventListener('focusin', note)
    root.addEventListener('pointerup', forget)
    return () => {
      watched.disconnect()
      root.removeEventListener('focusin', note)
      root.removeEventListener('pointerup', forget)
    }
  }, [place])
}

/** The element and what it stands in, inside `root`, innermost first. */
function trailOf(element: Element, root: Element): Element[] {
  const trail: Element[] = []
  for (let one: Element | null = element; one !== null && one !== root; one = one.parentElement) trail.push(one)
  return trail
}
