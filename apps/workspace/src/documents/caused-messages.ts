import type { CausedMessage } from '@millrace/contract'
import type { MessageQueueService } from 'millrace'
import { newMentions } from './new-mentions.ts'
import { messagesOfVersion } from '../outbox.ts'
import type { DocumentStore } from './document-store.ts'

/** Of so many versions; older messages have left their queues. */
const listedVersions = 5

/**
 * The messages that the newest versions of a document caused, newest version first, as their queues have them now. Which they are follows
 * from the versions, since their ids do. O(messages) lookups.
 */
export async function causedMessages(
  rooms: { readonly documents: DocumentStore; readonly queues: MessageQueueService },
  documentId: string,
): Promise<CausedMessage[]> {
  const versions = (await rooms.documents.versions(documentId)).slice(0, listedVersions)
  const ofEach = await Promise.all(
    versions.map(async ({ version, author }) => {
      const stored = await rooms.documents.getVersion(documentId, version)
      const before = await rooms.documents.versionBefore(documentId, version)
      const mentioned = stored ? newMentions(stored.text, before?.text ?? '').map(({ subject }) => subject) : []
      const messages = messagesOfVersion({ documentId, version }, mentioned)
      const listed = await Promise.all(messages.map((message) => look(rooms.queues, message)))
      return listed.filter((message) => message !== undefined).map((message) => ({ ...message, cause: { version, author } }))
    }),
  )
  return ofEach.flat()
}

async function look(
  queues: MessageQueueService,
  { queue, id, name, isCertain }: ReturnType<typeof messagesOfVersion>[number],
): Promise<Omit<CausedMessage, 'cause'> | undefined> {
  const known = await queues.queue(queue).message(id)
  if (known) {
    const { state, level, createdAtMs, atMs } = known
    const enqueuedAtMs = Math.floor(createdAtMs)
    const isOver = state === 'completed' || state === 'dead'
    // Redis keeps the end to a tenth of a second, which may seem to lie before the beginning.
    const finishedAtMs = isOver && atMs !== null ? Math.max(enqueuedAtMs, Math.floor(atMs)) : null
    return { queue, id, name, state, level, enqueuedAtMs, finishedAtMs }
  }
  return isCertain ? { queue, id, name, state: 'removed', level: null, enqueuedAtMs: null, finishedAtMs: null } : undefined
}
