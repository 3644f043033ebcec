import { Bury } from 'millrace'
import type { Message } from 'millrace'
import { subjectOf } from '@millrace/markdown'
import { authorsOf } from '../documents/authors.ts'
import { newMentions } from '../documents/new-mentions.ts'
import { asObject, textField, textFieldOrNull, wholeField } from './payload.ts'
import type { Mention } from '@millrace/markdown'
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
  await rooms.recent.changed()
  // What came from elsewhere becomes an edit of what is written together; what was made of that is in it already.
  await rooms.texts.follow(documentId, version)
  if (importId !== null) await rooms.imports.mark(importId, 'stored', documentId)
  const stored = await rooms.documents.getVersion(documentId, version)
  // Undefined: so many newer versions were stored since that this one has left.
  const before = stored && (await rooms.documents.versionBefore(documentId, version))
  const mentions = stored ? newMentions(stored.text, before?.text ?? '') : []
  if (stored) await rooms.people.saw(...authorsOf(stored.author), ...mentions.map(({ subject }) => subject))
  await Promise.all([
    stored && tellWatchers(rooms, stored, { before, mentions }),
    rooms.outbox.indexVersion(payload),
    rooms.outbox.countStored({
      kind: 'stored',
      documentId,
      version,
      by: stored?.author ?? '',
      words: wordsIn(stored?.text ?? ''),
      mentions: mentions.length,
    }),
    ...mentions.map(async (mention) => {
      await rooms.outbox.notifyMention({
        kind: 'mention',
        ...mention,
        documentId,
        version,
        title: stored?.title ?? '',
        by: stored?.author ?? '',
      })
      if (importId !== null) await rooms.imports.mark(importId, 'mentions', `${documentId} ${mention.subject}`)
    }),
  ])
}

/** Makes a version of what is written in a document's room. Repeating it makes nothing twice. */
export async function takeSnapshot(rooms: Rooms, message: Message): Promise<void> {
  await rooms.snapshots.take(textField(asObject(message.payload), 'documentId', 64))
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

async function tellWatchers(
  rooms: Rooms,
  { documentId, version, title, text, author, stagedAtMs: changedAtMs }: DocumentVersion,
  known: { readonly before: DocumentVersion | undefined; readonly mentions: readonly Mention[] },
): Promise<void> {
  const except = [...authorsOf(author).map(subjectOf), ...known.mentions.map(({ subject }) => subject)]
  const watchers = await rooms.watches.watchersOf(documentId, changedAtMs)
  if (watchers.every((subject) => except.includes(subject))) return
  const excerpt = firstNewLine(text, known.before?.text ?? '')
  await rooms.outbox.notifyWatchers({ kind: 'watch', documentId, version, title, excerpt, by: author, except, changedAtMs })
}

/** At most 200 characters; empty where lines only left. */
function firstNewLine(text: string, before: string): string {
  const known = new Set(before.split('\n').map((line) => line.trim()))
  const line = text.split('\n').find((line) => line.trim() !== '' && !known.has(line.trim()))
  return line?.trim().slice(0, 200) ?? ''
}

function wordsIn(text: string): number {
  let words = 0
  for (const _ of text.matchAll(/[^\s]+/g)) words += 1
  return words
}
