import type { DocumentTarget } from '@millrace/markdown'
import { useMemo } from 'react'
import { useDocuments } from '../documents/use-documents.ts'
import { useSource } from '../source.ts'

/** The documents that links may lead to, as a thread can be sent them. */
export interface Targets {
  /** What stands before the id in the address of a document. */
  readonly base: string
  /** Ids by title in lower case, and by path. */
  readonly titles: ReadonlyMap<string, string>
  readonly paths: ReadonlyMap<string, string>
}

/** The address of the document that a link means; null while there is none. */
export function addressOf({ base, titles, paths }: Targets, target: DocumentTarget): string | null {
  const id = target.kind === 'title' ? titles.get(target.title.toLowerCase()) : paths.get(target.path)
  return id === undefined ? null : `${base}${id}`
}

/** All documents that are listed. Of two with one title the one that changed last is meant. */
export function useTargets(): Targets {
  const { base } = useSource()
  const { data } = useDocuments()
  return useMemo(() => {
    const titles = new Map<string, string>()
    const paths = new Map<string, string>()
    for (const { id, title, path } of data?.documents ?? []) {
      if (!titles.has(title.toLowerCase())) titles.set(title.toLowerCase(), id)
      if (path !== null) paths.set(path, id)
    }
    return { base: `${base}/documents/`, titles, paths }
  }, [data, base])
}
