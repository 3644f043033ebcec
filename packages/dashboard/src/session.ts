import type { Session } from '@millrace/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useSource } from './source.ts'

/** Whose figures these are: asked for once a page. Undefined while it is not known. */
export function useSession(): Session | undefined {
  const { client, baseUrl } = useSource()
  const { data } = useQuery({
    queryKey: ['session', baseUrl],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => client.getSession({ signal }),
  })
  return data
}

/** Ends the session in every process of the server, then calls `after`. */
export function useSignOut(after: () => void): () => void {
  const { client } = useSource()
  const { mutate } = useMutation({ mutationFn: () => client.deleteSession(), onSettled: after })
  return mutate
}
