import { createContext, useContext } from 'react'
import type { Person } from '../editor/people.model.ts'

/** Who else is in the document that this page shows. */
export interface Here {
  readonly id: string
  readonly people: readonly Person[]
}

interface HereState {
  readonly here: Here | null
  readonly tell: (here: Here | null) => void
}

export const HereContext = createContext<HereState>({ here: null, tell: () => undefined })

export const useHere = (): HereState => useContext(HereContext)
