import type { DocumentSummary } from '@millrace/contract'
import { useQuery } from '@tanstack/react-query'
import { useSource } from '../source.ts'

/** Beyond this many, the list is the last changed ones, and search finds the rest. */
const mostListed = 3_000
const pageSize = 500

export interface AllDocuments {
  /** Last changed first. */
  readonly documents: readonly DocumentSummary[]
  /** In the workspace; more than there are documents here where there are very many. */
  readonly total: number
}

/** Every document without its text, read in pages. */
export function useDocuments() {
  const { client } = useSource()
  return useQuery({
    queryKey: ['documents'],
    refetchInterval: 30_000,
    queryFn: async ({ signal }): Promise<AllDocuments> => {
      const documents = new Map<string, DocumentSummary>()
      for (let offset = 0; ; offset += pageSize) {
        const page = await client.listDocuments({ query: { offset, limit: pageSize }, signal })
        // One that changed meanwhile moved to the front, and comes twice.
        for (const document of page.documents) if (!documents.has(document.id)) documents.set(document.id, document)
        const isLast = page.documents.length < pageSize || documents.size >= mostListed
        if (isLast) return { documents: [...documents.values()], total: page.total }
      }
    },
  })
}
