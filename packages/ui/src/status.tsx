import type { ReactNode } from 'react'
import { usePast } from './past.tsx'
import type { StatusName, StatusWord } from './status.model.ts'

const shapes: Readonly<Record<StatusName, ReactNode>> = {
  ok: (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" />
      <path className="cut" d="m4.2 7.2 2 2 3.6-4" />
    </>
  ),
  slow: (
    <>
      <path d="M7 1.4 13 12.4H1Z" fill="currentColor" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" />
      <path className="cut" d="M7 5.2v3.2M7 10.5v.2" />
    </>
  ),
  fail: (
    <>
      <path d="M4.4.8h5.2l3.6 3.6v5.2l-3.6 3.6H4.4L.8 9.6V4.4Z" fill="currentColor" />
      <path className="cut" d="m5 5 4 4m0-4-4 4" />
    </>
  ),
  active: <circle cx="7" cy="7" r="5" stroke="currentColor" strokeWidth="2.2" fill="none" />,
  scheduled: (
    <>
      <circle cx="7" cy="7" r="5.6" stroke="currentColor" strokeWidth="1.5" fill="none" />
      <path d="M7 4v3.2l2 1.4" stroke="currentColor" strokeWidth="1.5" fill="none" />
    </>
  ),
  paused: <path d="M4.5 2.5v9M9.5 2.5v9" stroke="currentColor" strokeWidth="2" />,
  unknown: (
    <>
      <circle cx="7" cy="7" r="5.6" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.2 2.2" fill="none" />
      <path d="M4.8 7h4.4" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
}

interface StatusProps {
  readonly status: StatusName
  readonly word: string
  /** Filled, for a state that heads something; plain in tables. */
  readonly badge?: boolean
  /** Known now, also where what stands around it is past. */
  readonly isNow?: boolean
}

const notKnown: StatusWord = { status: 'unknown', word: 'Unknown' }

/** Shape, word and colour of a state; unknown where what it is of is past. */
export function Status({ status, word, badge = false, isNow = false }: StatusProps) {
  const isPast = usePast() !== null && !isNow
  const shown = isPast ? notKnown : { status, word }
  return (
    <span className={badge ? 'status badge' : 'status'} data-status={shown.status}>
      <StatusShape status={shown.status} />
      <span className="word">{shown.word}</span>
    </span>
  )
}

/** The shape alone, for where the word stands beside it in another size. */
export function StatusShape({ status, size = 14 }: { readonly status: StatusName; readonly size?: number }) {
  return (
    <svg className="shape" data-status={status} width={size} height={size} viewBox="0 0 14 14" strokeLinecap="round" aria-hidden="true">
      {shapes[status]}
    </svg>
  )
}
