import { useMemo } from 'react'
import { useDocuments } from '../documents/use-documents.ts'
import type { Targets } from './settle-links.ts'

/** The documents that links may lead to: all that are listed. Of two with one title the one that changed last is meant. */
export function useTargets(): Targets {
  const { data } = useDocuments()
  return useMemo(() => {
    const titles = new Map<string, string>()
    const paths = new Map<string, string>()
    for (const { id, title, path } of data?.documents ?? []) {
      if (!titles.has(title.toLowerCase())) titles.set(title.toLowerCase(), id)
      if (path !== null) paths.set(path, id)
    }
    return { byTitle: (title) => titles.get(title.toLowerCase()), byPath: (path) => paths.get(path) }
  }, [data])
}
