import type { KeyValue, Log } from 'millrace'
import type { DocumentStore } from '../documents/document-store.ts'
import type { Outbox } from '../outbox.ts'
import { LiveTexts } from './live-texts.ts'
import { Snapshots } from './snapshots.ts'
import { UpdateLog } from './update-log.ts'

/** What is written together and the versions that are made of it; in servers and in workers. */
export interface Collaboration {
  readonly updates: UpdateLog
  readonly texts: LiveTexts
  readonly snapshots: Snapshots
}

export function openCollaboration(keyValue: KeyValue, parts: { documents: DocumentStore; outbox: Outbox; log: Log }): Collaboration {
  const updates = new UpdateLog(keyValue)
  const texts = new LiveTexts({ ...parts, updates, keyValue })
  return { updates, texts, snapshots: new Snapshots({ ...parts, updates, texts, keyValue }) }
}
