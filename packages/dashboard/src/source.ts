import type { Client } from '@millrace/contract'
import { createContext, useContext } from 'react'

/** Sent as bearer token; a function is asked before each request. */
export type Token = string | (() => string | Promise<string>)

/** Where figures come from and actions go to. */
export interface Source {
  /** Where the interface is mounted; '' for the page's own origin. */
  readonly baseUrl: string
  /** Undefined: a cookie of the same origin speaks. */
  readonly token: Token | undefined
  readonly client: Client
  /** The pages of the application that the queues work for; undefined where there are none. */
  readonly workspacePath: string | undefined
}

export const SourceContext = createContext<Source | undefined>(undefined)

export function useSource(): Source {
  const source = useContext(SourceContext)
  if (source === undefined) throw new Error('Parts of the dashboard stand inside <PerformanceDashboard/>.')
  return source
}
