import type { Summary } from '@millrace/contract'
import { useEffect, useRef, useState } from 'react'
import { changesOf } from './changes.model.ts'

/** Tells a screen reader when something changes its state. */
export function Announcer({ summary }: { readonly summary: Summary | undefined }) {
  const before = useRef<Summary>(undefined)
  const [said, setSaid] = useState('')
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
