import { useQuery } from '@tanstack/react-query'
import { useSource } from '../source.ts'

/** The reader's newest notices and how many are unread. */
export function useInbox() {
  const { client } = useSource()
  return useQuery({
    queryKey: ['inbox'],
    refetchInterval: 30_000,
    queryFn: ({ signal }) => client.getInbox({ query: { limit: 200 }, signal }),
  })
}
