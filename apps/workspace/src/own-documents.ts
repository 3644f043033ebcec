import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { KeyValue, Log } from 'millrace'
import type { DocumentStore } from './documents/document-store.ts'
import { documentIdOf } from './imports/import-service.ts'
import type { ImportService } from './imports/import-service.ts'
import { readFound } from './imports/walk-folder.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const author = 'millrace'
const key = 'own-documents'

interface Rooms {
  readonly imports: ImportService
  readonly documents: DocumentStore
  readonly keyValue: KeyValue
  readonly log: Log
}

/** What was imported last. */
interface Imported {
  readonly digest: string
  readonly paths: readonly string[]
}

/**
 * Imports this project's own README, its other pages and its docs into a new workspace, so that it opens with something to read, and again what has changed when
 * a newer Millrace is started. A document that somebody wrote in or deleted since is left alone. Quiet: the queues do the work while the
 * server answers. Where the files are missing, or several processes start at once, nothing happens twice.
 */
export async function importOwnDocuments({ imports, documents, keyValue, log }: Rooms, root = repository): Promise<void> {
  const files = await ownFiles(root)
  const text = await keyValue.get(key)
  const before: Imported = text === undefined ? { digest: '', paths: [] } : (JSON.parse(text) as Imported)
  const digest = digestOf(files)
  if (files.length === 0 || before.digest === digest) return
  const imported: Imported = { digest, paths: files.map(({ path }) => path) }
  if (!(await keyValue.compareAndSet(key, text, JSON.stringify(imported)))) return
  const upload = await imports.begin(author)
  let taken = 0
  for (const { path, bytes } of files) {
    const current = await documents.get(documentIdOf(path))
    const isOurs = current ? current.updatedBy === author : !before.paths.includes(path)
    if (!isOurs) continue
    await upload.accept(path, bytes)
    taken += 1
  }
  await upload.end({ isWhole: true })
  log.debug({ files: taken }, 'the own documents are on their way')
}

async function ownFiles(root: string): Promise<{ path: string; bytes: Uint8Array }[]> {
  const here = await readdir(root).catch(() => [])
  const docs = await readdir(join(root, 'docs')).catch(() => [])
  const names = [
    ...here.filter((name) => name.endsWith('.md')),
    ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ].toSorted()
  return Promise.all(names.map(async (name) => ({ path: `millrace/${name}`, bytes: await readFound({ absolute: join(root, name) }) })))
}

function digestOf(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): string {
  const hash = createHash('sha256')
  for (const { path, bytes } of files) hash.update(`${path} ${bytes.length}\n`).update(bytes)
  return hash.digest('base64url')
}
