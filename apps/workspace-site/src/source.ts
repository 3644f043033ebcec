import type { Client, Session } from '@millrace/contract'
import { useQuery } from '@tanstack/react-query'
import { createContext, useContext } from 'react'

/** Where documents come from and changes go to. */
export interface Source {
  /** The path that the server is mounted at; '' for the root. */
  readonly base: string
  readonly client: Client
}

export const SourceContext = createContext<Source | undefined>(undefined)

export function useSource(): Source {
  const source = useContext(SourceContext)
  if (source === undefined) throw new Error('Parts of the workspace stand inside <WorkspaceSite/>.')
  return source
}

/** Who reads, asked for once a page; undefined while it is not known. */
export function useSession(): Session | undefined {
  const { client } = useSource()
  const { data } = useQuery({
    queryKey: ['session'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => client.getSession({ signal }),
  })
  return data
}

/** True unless it is known that the reader may not write; the server decides. */
export function useMayWrite(): boolean {
  return useSession()?.role !== 'viewer'
}
