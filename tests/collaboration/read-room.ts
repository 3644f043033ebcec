import { RoomClient, textOf } from '@millrace/collaboration'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import type { ServerProcess } from './server-process.ts'

export interface Read {
  readonly text: string
  readonly state: Uint8Array
}

/** What somebody finds who opens a document now. @throws when it does not open within 10 s */
export async function readRoom(server: ServerProcess, id: string): Promise<Read> {
  const token = await server.token('reader')
  const doc = new Y.Doc()
  const connect = () => new WebSocket(server.room(id), { headers: { authorization: `Bearer ${token}` } }).on('error', () => undefined)
  const client = new RoomClient({ doc, connect, backoff: { firstMs: 20, longestMs: 100 } })
  try {
    await until(
      () => client.status.state === 'live',
      10_000,
      () => `a document does not open: ${JSON.stringify(client.status)}`,
    )
    return { text: textOf(doc).toString(), state: Y.encodeStateAsUpdate(doc) }
  } finally {
    client.close()
    client.awareness.destroy()
  }
}

/** Looks every 5 ms. @throws with what `why` says when it does not come true in time */
export async function until(condition: () => boolean, limitMs: number, why: () => string): Promise<void> {
  const untilMs = performance.now() + limitMs
  while (!condition()) {
    if (performance.now() > untilMs) throw new Error(why())
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
