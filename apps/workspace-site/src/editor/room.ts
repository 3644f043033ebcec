import { RoomClient, textOf } from '@millrace/collaboration'
import type { RoomStatus } from '@millrace/collaboration'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { IndexeddbPersistence } from 'y-indexeddb'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { useSource } from '../source.ts'
import type { Source } from '../source.ts'
import { keptName } from './kept.ts'

/** A browser that keeps nothing is not waited for longer than this, ms. */
const longestLoadMs = 1_000

/** One document as this page has it: its text, who else is there, and its way to the server. */
export interface Room {
  readonly text: Y.Text
  readonly awareness: Awareness
  readonly client: RoomClient
  /** The text is what this browser kept, what the room told, or both; before that an empty text says nothing. */
  readonly isThere: () => boolean
  close(): void
}

/**
 * Enters the room of a document. What was written here while the server was away, in this page or an earlier one, is in the text before
 * the server is asked, and is sent to it.
 */
export async function enterRoom({ base, client: api }: Source, id: string): Promise<Room> {
  const doc = new Y.Doc()
  const kept = await loadKept(doc, keptName(base, id))
  const awareness = new Awareness(doc)
  const client = new RoomClient({ doc, awareness, connect: () => new WebSocket(api.openRoom({ params: { id } })) })
  const comeBack = () => client.reconnect()
  addEventListener('online', comeBack)
  return {
    text: textOf(doc),
    awareness,
    client,
    isThere: () => client.status.state === 'live' || textOf(doc).length > 0,
    close() {
      removeEventListener('online', comeBack)
      client.close()
      awareness.destroy()
      void kept?.destroy()
      doc.destroy()
    },
  }
}

/** What this browser keeps of a document, and goes on keeping; undefined where it keeps nothing. */
async function loadKept(doc: Y.Doc, name: string): Promise<IndexeddbPersistence | undefined> {
  try {
    const kept = new IndexeddbPersistence(name, doc)
    await Promise.race([kept.whenSynced, new Promise((resolve) => setTimeout(resolve, longestLoadMs))])
    return kept
  } catch {
    return undefined
  }
}

/** The room of a document while a part of the page shows it; undefined while it is entered. */
export function useRoom(id: string): Room | undefined {
  const source = useSource()
  const [room, setRoom] = useState<Room>()
  useEffect(() => {
    let isGone = false
    let entered: Room | undefined
    void enterRoom(source, id).then((made) => {
      if (isGone) return made.close()
      entered = made
      setRoom(made)
    })
    return () => {
      isGone = true
      entered?.close()
      setRoom(undefined)
    }
  }, [source, id])
  return room
}

/** How the room stands. */
export function useRoomStatus({ client }: Room): RoomStatus {
  return useSyncExternalStore(client.subscribe, () => client.status)
}
