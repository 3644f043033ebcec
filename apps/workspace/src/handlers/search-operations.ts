import { Bury } from 'millrace'
import type { Message } from 'millrace'
import { readStoreVersion } from './document-operations.ts'
import { asObject } from './payload.ts'
import type { Rooms } from './rooms.ts'

/**
 * Publishes stored versions to the search files of all processes and brings this process's own up to date. A search file takes the
 * current version whatever the message says, so the order of messages does not matter. A message to make the files anew ends when the one
 * of this process is; other processes hear of it by themselves.
 */
export async function indexVersion(rooms: Rooms, message: Message): Promise<void> {
  if (asObject(message.payload)['kind'] === 'reindex') return rooms.indexMaker?.catchUp()
  const { documentId, version, importId } = readStoreVersion(message.payload)
  if (!(await rooms.documents.get(documentId)))
    throw new Bury(`document ${documentId} is not stored, so its version ${version} cannot be indexed`)
  await rooms.documents.announce(documentId)
  await rooms.search?.catchUp()
  if (importId !== null) await rooms.imports.mark(importId, 'indexed', documentId)
}
