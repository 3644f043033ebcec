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
    const lapsed = isPast ? `Since ${formatClock(pastSinceMs)} no figures come: what is shown is past` : 'The figures come again'
    const news = isPast === wasPast.current ? [] : [lapsed]
    if (summary !== undefined && before.current !== undefined) news.push(...changesOf(before.current, summary))
    wasPast.current = isPast
    before.current = summary
    if (news.length > 0) setSaid(`${news.join('. ')}.`)
  }, [summary, pastSinceMs])
  return (
    <div className="visually-hidden" role="status">
      {said}
    </div>
  )
}
