import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { MillraceError } from 'millrace'
import type { DocumentStore } from './document-store.ts'
import type { Outbox } from '../outbox.ts'

/** Largest text of a document, bytes of UTF-8; also of a file that is imported. */
const maxTextBytes = 1_048_576
/** An idle queue stores within some ms; one that is behind does not hold up the author. */
const patienceMs = 2_000
const lookEveryMs = 10

/**
 * Stages a new document, sends its message, and waits up to 2 s for it to be stored, so that who wrote it can usually read it at once.
 * @returns its id; when the queue is behind, the document follows
 * @throws MillraceError DOCUMENT_REFUSED
 */
export async function writeDocument(
  rooms: { readonly documents: DocumentStore; readonly outbox: Outbox },
  written: { readonly title: string; readonly text: string; readonly author: string },
): Promise<string> {
  if (`${written.title}${written.text}`.includes('\0'))
    throw new MillraceError('DOCUMENT_REFUSED', 'title and text must not hold NUL characters.')
  if (Buffer.byteLength(written.text) > maxTextBytes) throw new MillraceError('DOCUMENT_REFUSED', 'text must be at most 1 MiB of UTF-8.')
  const documentId = randomBytes(10).toString('hex')
  const { version } = await rooms.documents.stage({ documentId, ...written, path: null, importId: null })
  await rooms.outbox.storeVersion({ documentId, version, importId: null })
  const untilMs = performance.now() + patienceMs
  while (performance.now() < untilMs && !(await rooms.documents.get(documentId))) await pause(lookEveryMs)
  return documentId
}
