import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { KeyValue, Log } from 'millrace'
import { readFound } from './imports/walk-folder.ts'
import type { ImportService } from './imports/import-service.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Imports this project's own README and docs into a new workspace, once, so that it opens with something to read. Quiet: the queues do the
 * work while the server answers. Where the files are missing, or several processes start at once, nothing happens twice.
 */
export async function importOwnDocuments(imports: ImportService, keyValue: KeyValue, log: Log): Promise<void> {
  const paths = await ownPaths()
  if (paths.length === 0 || !(await keyValue.compareAndSet('own-documents', undefined, new Date().toISOString()))) return
  const upload = await imports.begin('millrace')
  for (const path of paths) await upload.accept(`millrace/${path}`, await readFound({ absolute: join(root, path) }))
  await upload.end({ isWhole: true })
  log.debug({ files: paths.length }, 'the own documents are on their way')
}

async function ownPaths(): Promise<string[]> {
  const here = await readdir(root).catch(() => [])
  const docs = await readdir(join(root, 'docs')).catch(() => [])
  return [...here.filter((name) => name === 'README.md'), ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
}
