import { useId } from 'react'
import type { ReactNode } from 'react'
import { usePast } from './past.tsx'

interface PanelProps {
  readonly title: ReactNode
  /** Beside the title, in small. */
  readonly note?: ReactNode
  /** At the right end of the head. */
  readonly end?: ReactNode
  readonly children: ReactNode
}

/** A bordered part of a page under its own heading. */
export function Panel({ title, note, end, children }: PanelProps) {
  const id = useId()
  const past = usePast()
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <span className="note">{note}</span>}
        {past !== null && <span className="note">{past.asOf}</span>}
        {end !== undefined && <div className="end">{end}</div>}
      </div>
      {children}
    </section>
  )
}
