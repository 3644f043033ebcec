import { ApiError } from '@millrace/contract'
import { useQuery } from '@tanstack/react-query'
import { useSource } from '../source.ts'

/** A document that was made a moment ago is stored within these tries, 200 ms apart. */
const tries = 25

/** One document with its newest text. `isNew`: it was made a moment ago, and may still be on its way through the queue. */
export function useDocument(id: string, isNew: boolean) {
  const { client } = useSource()
  return useQuery({
    queryKey: ['document', id],
    retry: (count, error) => isNew && count < tries && error instanceof ApiError && error.status === 404,
    retryDelay: 200,
    queryFn: ({ signal }) => client.getDocument({ params: { id }, signal }),
  })
}
