import { roles } from '@millrace/contract'
import type { Role } from '@millrace/contract'
import { useQuery } from '@tanstack/react-query'
import { useSource } from './source.ts'

/** Whose figures these are. */
export interface Session {
  readonly subject: string | null
  readonly name: string | null
  readonly role: Role
}

/** Asked for once a page: who is signed in. Undefined while that is not known, and with a server that does not say. */
export function useSession(): Session | undefined {
  const { baseUrl, token } = useSource()
  const { data } = useQuery({
    queryKey: ['session', baseUrl],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const bearer = typeof token === 'function' ? await token() : token
      const headers = { accept: 'application/json', ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) }
      const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/api/session`, { credentials: 'same-origin', headers, signal })
      const answer = (await response.json().catch(() => null)) as Partial<Session> | null
      const role = roles.find((known) => known === answer?.role)
      return response.ok && role !== undefined ? { subject: answer?.subject ?? null, name: answer?.name ?? null, role } : null
    },
  })
  return data ?? undefined
}
