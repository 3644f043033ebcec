import { Bury } from 'millrace'
import type { Message } from 'millrace'
import { mentionsIn } from '../documents/markdown.ts'
import { asObject, textField, textFieldOrNull, wholeField } from './payload.ts'
import type { DocumentVersion } from '../documents/document-store.ts'
import type { StoreVersion } from '../outbox.ts'
import type { Rooms } from './rooms.ts'

/**
 * Makes a staged version a version of its document, never over a newer one, and sends what follows from it: a message to be indexed, one
 * to be counted, and one a person who is newly mentioned. Repeating it stores nothing twice and sends nothing twice.
 */
export async function storeVersion(rooms: Rooms, message: Message): Promise<void> {
  const payload = readStoreVersion(message.payload)
  const { documentId, version, importId } = payload
  const cancelled = importId !== null && (await rooms.imports.isCancelled(importId))
  if (cancelled && (await rooms.documents.discard(documentId, version)) === 'discarded') {
    await rooms.imports.mark(importId, 'cancelled', documentId)
    return
  }
  if ((await rooms.documents.putVersion(documentId, version)) === 'missing') {
    throw new Bury(`version ${version} of document ${documentId} was never staged, or was discarded`)
  }
  if (importId !== null) await rooms.imports.mark(importId, 'stored', documentId)
  const stored = await rooms.documents.getVersion(documentId, version)
  // Undefined: so many newer versions were stored since that this one has left.
  const mentions = stored ? await newMentions(rooms, stored) : []
  await Promise.all([
    rooms.outbox.indexVersion(payload),
    rooms.outbox.countStored({ kind: 'stored', documentId, version, words: wordsIn(stored?.text ?? ''), mentions: mentions.length }),
    ...mentions.map(async (mention) => {
      await rooms.outbox.notifyMention({ ...mention, documentId, version, title: stored?.title ?? '', by: stored?.author ?? '' })
      if (importId !== null) await rooms.imports.mark(importId, 'mentions', `${documentId} ${mention.subject}`)
    }),
  ])
}

/** @throws Bury */
export function readStoreVersion(payload: unknown): StoreVersion {
  const fields = asObject(payload)
  return {
    documentId: textField(fields, 'documentId', 64),
    version: wholeField(fields, 'version', 1),
    importId: textFieldOrNull(fields, 'importId', 64),
  }
}

/** Who was not mentioned, or not urgently, in the version before: an edit elsewhere in a document tells nobody again. */
async function newMentions(rooms: Rooms, stored: DocumentVersion) {
  const mentions = mentionsIn(stored.text)
  if (mentions.length === 0) return mentions
  const before = await rooms.documents.versionBefore(stored.documentId, stored.version)
  const told = new Map(mentionsIn(before?.text ?? '').map(({ subject, urgent }) => [subject, urgent]))
  return mentions.filter(({ subject, urgent }) => !told.has(subject) || (urgent && told.get(subject) === false))
}

function wordsIn(text: string): number {
  let words = 0
  for (const _ of text.matchAll(/[^\s]+/g)) words += 1
  return words
}
