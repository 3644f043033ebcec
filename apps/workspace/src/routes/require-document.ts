import { MillraceError } from 'millrace'
import type { DocumentStore } from '../documents/document-store.ts'

/** @throws MillraceError DOCUMENT_NOT_FOUND */
export async function requireDocument(documents: DocumentStore, id: string): Promise<void> {
  if ((await documents.summaries([id])).length === 0) throw unknownDocument(id)
}

export function unknownDocument(id: string): MillraceError {
  return new MillraceError('DOCUMENT_NOT_FOUND', `There is no document ${JSON.stringify(id)}.`)
}
