import { namesMarkdown, refuse } from './accept.model.ts'
import type { Skipped } from './accept.model.ts'

/** A file to send, and the path it is kept under. */
export interface Found {
  readonly path: string
  readonly file: File
}

export interface Gathered {
  readonly files: readonly Found[]
  readonly skipped: readonly Skipped[]
}

/** What somebody chose: files, or folders, whose files carry their path. */
export function fromChosen(chosen: Iterable<File>): Gathered {
  return sorted([...chosen].map((file) => ({ path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file })))
}

/** What somebody dropped: files and whole folders. Must be called while the drop is handled; the browser forgets it afterwards. */
export async function fromDropped(items: DataTransferItemList): Promise<Gathered> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const found: Found[] = []
  for (const entry of entries) await walk(entry, found)
  return sorted(found)
}

async function walk(entry: FileSystemEntry, found: Found[]): Promise<void> {
  if (isFile(entry)) {
    const file = await new Promise<File | undefined>((resolve) => entry.file(resolve, () => resolve(undefined)))
    if (file !== undefined) found.push({ path: entry.fullPath.replace(/^\//, ''), file })
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  for (;;) {
    // A folder is read in parts of a hundred.
    const part = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])))
    if (part.length === 0) return
    for (const inside of part) if (!isHidden(inside.name)) await walk(inside, found)
  }
}

function sorted(found: readonly Found[]): Gathered {
  const files: Found[] = []
  const skipped: Skipped[] = []
  for (const one of found.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    if (one.path.split('/').some(isHidden)) continue
    const refusal = refuse(one.path, one.file.size, files.length)
    if (refusal === undefined) files.push(one)
    // What else lies in a folder of documents (pictures, code) is no mistake that a person should read of one by one.
    else if (namesMarkdown(one.path) || found.length <= 20) skipped.push(refusal)
  }
  return { files, skipped }
}

const isHidden = (name: string) => name.startsWith('.') || name === 'node_modules'
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
