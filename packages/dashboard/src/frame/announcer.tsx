import type { Summary } from '@millrace/contract'
import { formatClock } from '@millrace/ui'
import { useEffect, useRef, useState } from 'react'
import type { Lapse } from '../summary/freshness.model.ts'
import { changesOf } from './changes.model.ts'

/** Tells a screen reader when something changes its state, and when that is not known any more. */
export function Announcer({ summary, lapse }: { readonly summary: Summary | undefined; readonly lapse: Lapse | null }) {
  const before = useRef<Summary>(undefined)
  const wasPast = useRef(false)
  const [said, setSaid] = useState('')
  const pastSinceMs = lapse?.sinceMs ?? null
  useEffect(() => {
    const isPast = pastSinceMs !== null
    if (isPast !== wasPast.current) {
      setSaid(isPast ? `Since ${formatClock(pastSinceMs)} no figures come: what is shown is past.` : 'The figures come again.')
    }
    wasPast.current = isPast
  }, [pastSinceMs])
  useEffect(() => {
    if (summary === undefined) return
    const changes = before.current === undefined ? [] : changesOf(before.current, summary)
    before.current = summary
    if (changes.length > 0) setSaid(`${changes.join('. ')}.`)
  }, [summary])
  return (
    <div className="visually-hidden" role="status">
      {said}
    </div>
  )
}
