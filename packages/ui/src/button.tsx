import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'

interface ButtonProps {
  readonly children: ReactNode
  readonly icon?: IconName
  /** One primary a view; `danger` is red text, filled red only inside its dialog. */
  readonly kind?: 'default' | 'primary' | 'danger' | 'danger-filled'
  /** Nothing happens; the button keeps the focus, and says so to who cannot see it. */
  readonly disabled?: boolean
  /** Why it is not possible; shown by who places the button, and read with it. */
  readonly describedBy?: string | undefined
  readonly onClick?: () => void
  readonly submits?: boolean
}

/** An action: verb, object, count. */
export function Button({ children, icon, kind = 'default', disabled = false, describedBy, onClick, submits = false }: ButtonProps) {
  return (
    <button
      // What the browser does with it is one of two words.
      type={submits ? 'submit' : 'button'}
      className={kind === 'default' ? 'button' : `button ${kind}`}
      aria-disabled={disabled || undefined}
      aria-describedby={describedBy}
      onClick={(event) => {
        if (!disabled) return onClick?.()
        // Neither this nor a form that it would send.
        event.preventDefault()
      }}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  )
}
