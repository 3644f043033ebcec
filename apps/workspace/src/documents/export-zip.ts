import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import type { DocumentStore, DocumentSummary } from './document-store.ts'
import { filePathOf, UniqueNames } from './file-name.ts'

const listPage = 500

/**
 * All documents as one zip. A document is read when its turn has come and the reader has room, so that one text at a time is in memory,
 * however many there are. What is deleted meanwhile is an empty file.
 * @param textOf the newest text of a document
 * @param signal ends it early
 */
export async function exportZip(
  documents: DocumentStore,
  textOf: (documentId: string) => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<Readable> {
  const zip = new ZipFile()
  const names = new UniqueNames()
  const output = zip.outputStream as Readable
  // Without a listener an error would end the process.
  zip.on('error', (error: Error) => output.destroy(error))
  for (const summary of await allOf(documents)) {
    zip.addReadStreamLazy(names.take(filePathOf(summary)), { mtime: new Date(summary.updatedAtMs) }, (take) => {
      if (signal.aborted) return take(new Error('The reader went away.'), Readable.from([]))
      textOf(summary.id).then(
        (text = '') => take(null, Readable.from([Buffer.from(text)])),
        (error: unknown) => take(error, Readable.from([])),
      )
    })
  }
  zip.end()
  return output
}

/** Documents that change move to the front while pages are read: it is read until its first page holds nothing new. */
async function allOf(documents: DocumentStore): Promise<DocumentSummary[]> {
  const found = new Map<string, DocumentSummary>()
  const take = async (offset: number) => {
    const page = (await documents.list({ offset, limit: listPage })).documents
    const isNew = page.some(({ id }) => !found.has(id))
    for (const summary of page) found.set(summary.id, summary)
    return { isNew, isFull: page.length === listPage }
  }
  for (let offset = 0; (await take(offset)).isFull; offset += listPage);
  while ((await take(0)).isNew);
  return [...found.values()]
}
