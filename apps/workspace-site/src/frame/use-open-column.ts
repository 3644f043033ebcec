import { useEffect, useRef, useState } from 'react'
import type { MouseEvent, RefObject } from 'react'

interface OpenColumn {
  readonly isOpen: boolean
  readonly toggle: () => void
  readonly close: () => void
  /** A choice in the column closes it: who made it wants to see what they chose. */
  readonly onChoice: (event: MouseEvent) => void
  readonly column: RefObject<HTMLElement | null>
}

/** The left column over a page that has no room for it beside: the focus goes into it, and back to the page when it closes. */
export function useOpenColumn(): OpenColumn {
  const [isOpen, setOpen] = useState(false)
  const column = useRef<HTMLElement>(null)
  useEffect(() => {
    if (!isOpen) return undefined
    column.current?.querySelector('a')?.focus()
    const close = ({ key }: KeyboardEvent) => key === 'Escape' && setOpen(false)
    document.addEventListener('keydown', close)
    return () => {
      document.removeEventListener('keydown', close)
      // The button that opens it, where there is one; else the new page.
      const button = document.querySelector<HTMLElement>('.topbar .menu') ?? document.querySelector<HTMLElement>('#millrace-page')
      button?.focus()
    }
  }, [isOpen])
  return {
    isOpen,
    column,
    toggle: () => setOpen(!isOpen),
    close: () => setOpen(false),
    onChoice: ({ target }) => (target as HTMLElement).closest('a') !== null && setOpen(false),
  }
}
