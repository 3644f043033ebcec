import { createContext, useContext } from 'react'
import type { ReactNode } from 'react'

/** How parts say that what they show is past. */
export interface PastWords {
  /** `3 min 12 s old` */
  readonly age: string
  /** `as of 14:05` */
  readonly asOf: string
}

const PastContext = createContext<PastWords | null>(null)

interface PastProps {
  /** Null: what is shown is as it is now. */
  readonly words: PastWords | null
  readonly children: ReactNode
}

/** What stands inside is past while there are words for it: statuses are unknown, values grey, figures and panels say of when they are. */
export function Past({ words, children }: PastProps) {
  return (
    <PastContext value={words}>
      <div className={words === null ? 'shown' : 'shown old'}>{children}</div>
    </PastContext>
  )
}

/** The words of the nearest `Past`; null where things are as they are now. */
export const usePast = (): PastWords | null => useContext(PastContext)
