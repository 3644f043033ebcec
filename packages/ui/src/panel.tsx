import { useId } from 'react'
import type { ReactNode } from 'react'

interface PanelProps {
  readonly title: ReactNode
  /** Beside the title, in small. */
  readonly note?: ReactNode
  /** At the right end of the head. */
  readonly end?: ReactNode
  /** What is shown is old: its values are grey. */
  readonly isOld?: boolean
  readonly children: ReactNode
}

/** A bordered part of a page under its own heading. */
export function Panel({ title, note, end, isOld = false, children }: PanelProps) {
  const id = useId()
  return (
    <section className={isOld ? 'panel old' : 'panel'} aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <span className="note">{note}</span>}
        {end !== undefined && <div className="end">{end}</div>}
      </div>
      {children}
    </section>
  )
}
