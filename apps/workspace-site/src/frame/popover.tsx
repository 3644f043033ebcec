import { useId, useRef, useState } from 'react'
import type { ReactNode } from 'react'

interface PopoverProps {
  /** What the button is called, where its content does not say it. */
  readonly label?: string
  readonly className?: string
  readonly button: ReactNode
  /** Which edge of the button it stands at. @defaultValue below, its right edge at the button's */
  readonly at?: 'below' | 'above'
  /** Drawn while it is open; `close` puts it away. */
  readonly children: (close: () => void) => ReactNode
}

/** A button and what it opens; Escape and a press elsewhere close it, and the focus returns. */
export function Popover({ label, className = 'button', button, at = 'below', children }: PopoverProps) {
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const floating = useRef<HTMLDivElement>(null)
  const place = () => {
    if (opener.current === null || floating.current === null) return
    const { left, right, top, bottom } = opener.current.getBoundingClientRect()
    const { style } = floating.current
    if (at === 'below') style.top = `${bottom + 4}px`
    else style.bottom = `${innerHeight - top + 4}px`
    if (at === 'below') style.right = `${Math.max(8, innerWidth - right)}px`
    else style.left = `${Math.max(8, left)}px`
  }
  return (
    <>
      <button ref={opener} type="button" className={className} aria-label={label} title={label} popoverTarget={id} aria-expanded={isOpen}>
        {button}
      </button>
      <div
        ref={floating}
        id={id}
        popover="auto"
        className="popover"
        onBeforeToggle={place}
        onToggle={({ newState }) => setOpen(newState === 'open')}
      >
        {isOpen && children(() => floating.current?.hidePopover())}
      </div>
    </>
  )
}
