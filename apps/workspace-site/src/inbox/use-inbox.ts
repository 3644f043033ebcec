import type { Inbox } from '@millrace/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
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

/** Marks notices as read: those of the ids, or all without them. It shows at once. */
export function useReadInbox() {
  const { client } = useSource()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (ids: readonly string[] | undefined) => client.readInbox({ body: ids === undefined ? {} : { ids: [...ids] } }),
    onMutate: (ids) =>
      queries.setQueryData<Inbox>(['inbox'], (before) => {
        if (before === undefined) return before
        const items = before.items.map((item) => (ids === undefined || ids.includes(item.id) ? { ...item, read: true } : item))
        const marked = ids === undefined ? before.unread : ids.length
        return { items, unread: Math.max(0, before.unread - marked) }
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['inbox'] }),
  })
}
