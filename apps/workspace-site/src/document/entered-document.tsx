import type { Document } from '@millrace/contract'
import type { ReactNode } from 'react'
import { useRoom } from '../editor/room.ts'
import { LiveDocument } from './live-document.tsx'

/** Enters the room of a document; `waiting` stands until that is done. */
export function EnteredDocument({ document, waiting }: { readonly document: Document; readonly waiting: ReactNode }) {
  const room = useRoom(document.id)
  return room === undefined ? waiting : <LiveDocument document={document} room={room} />
}
