import { createContext, useContext } from 'react'

/** Whether the left column stands over the page, where there is no room for it beside. */
interface ColumnState {
  readonly isOpen: boolean
  readonly toggle: () => void
}

export const ColumnContext = createContext<ColumnState>({ isOpen: false, toggle: () => undefined })

export const useColumn = (): ColumnState => useContext(ColumnContext)
