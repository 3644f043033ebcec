import type { BatchOutcome, Log, Message, MessageQueueService } from 'millrace'
import { countActivity } from './analytics.ts'
import { storeVersion, takeSnapshot } from './document-operations.ts'
import { notify } from './notifications.ts'
import { indexVersion } from './search-operations.ts'
import type { Rooms } from './rooms.ts'

/** Lets this process handle the messages of the four queues until the service is closed. */
export function handleQueues(service: MessageQueueService, rooms: Rooms, log: Log): void {
  const storing = service.process('document-operations', (messages) => each(messages, (message) => operate(rooms, message)))
  const indexing = service.process('search-operations', (messages) => each(messages, (message) => indexVersion(rooms, message)))
  service.process('notifications', (messages) => each(messages, (message) => notify(rooms, message)))
  service.process('analytics', (messages) => countActivity(rooms, messages))
  for (const worker of [storing, indexing]) {
    worker.on('dead', ({ message, reason }) => {
      tellImport(rooms, message, reason).catch((error: unknown) =>
        log.warn({ err: error }, 'an import was not told of a file that was given up'),
      )
    })
  }
}

/** The names of messages on `document-operations`. */
function operate(rooms: Rooms, message: Message): Promise<void> {
  return message.name === 'snapshot' ? takeSnapshot(rooms, message) : storeVersion(rooms, message)
}

/** All at the same time; each has its own outcome. */
function each(messages: readonly Message[], handle: (message: Message) => Promise<void>): Promise<BatchOutcome[]> {
  return Promise.all(
    messages.map(async (message) => {
      try {
        await handle(message)
        return undefined
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error))
      }
    }),
  )
}

/** So that nobody waits for a file that was given up. */
async function tellImport(rooms: Rooms, message: Message | null, reason: string): Promise<void> {
  const { importId, documentId } = (message?.payload ?? {}) as { importId?: unknown; documentId?: unknown }
  if (typeof importId === 'string' && typeof documentId === 'string') await rooms.imports.fail(importId, documentId, reason)
}
