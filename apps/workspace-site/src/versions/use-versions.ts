import { useQuery } from '@tanstack/react-query'
import { useSource } from '../source.ts'

/** The kept versions of a document, newest first. */
export function useVersions(id: string) {
  const { client } = useSource()
  return useQuery({ queryKey: ['versions', id], queryFn: ({ signal }) => client.listVersions({ params: { id }, signal }) })
}

/** The text of one version, which never changes; null asks for none. */
export function useVersion(id: string, version: number | null) {
  const { client } = useSource()
  return useQuery({
    queryKey: ['version', id, version],
    enabled: version !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => client.getVersion({ params: { id, version: version as number }, signal }),
  })
}
