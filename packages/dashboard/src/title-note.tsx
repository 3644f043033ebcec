import { usePast } from '@millrace/ui'
import type { ReactNode } from 'react'

/** Beside the title of a page: what there is in a few words, and of when they are where they are past. */
export function TitleNote({ children }: { readonly children: ReactNode }) {
  const past = usePast()
  return (
    <p>
      {children}
      {past !== null && <span className="quiet"> {past.asOf}</span>}
    </p>
  )
}
