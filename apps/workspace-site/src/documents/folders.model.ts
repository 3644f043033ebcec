import type { DocumentSummary } from '@millrace/contract'

/** The documents of one folder, by title. */
export interface Folder {
  /** The path of the folder; '' for what was written here. */
  readonly path: string
  readonly documents: readonly DocumentSummary[]
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** The order of names for people: part 9 before part 10. */
export const byName = (a: string, b: string): number => collator.compare(a, b)

/** The folders that imported documents came from, by name, each with the documents that lie right in it; what was written here comes first. */
export function foldersOf(documents: readonly DocumentSummary[]): Folder[] {
  return [...grouped(documents)]
    .map(([path, inside]) => ({ path, documents: inside.toSorted((a, b) => byName(a.title, b.title)) }))
    .toSorted((a, b) => byName(a.path, b.path))
}

/** The folder of a path; '' for none. */
export function folderOf(path: string | null): string {
  return path === null ? '' : path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** How a folder is called. */
export const folderName = (path: string): string => (path === '' ? 'Workspace' : path)

function grouped(documents: readonly DocumentSummary[]): Map<string, DocumentSummary[]> {
  const folders = new Map<string, DocumentSummary[]>()
  for (const document of documents) {
    const path = folderOf(document.path)
    const inside = folders.get(path)
    if (inside === undefined) folders.set(path, [document])
    else inside.push(document)
  }
  return folders
}
