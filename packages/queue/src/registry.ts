import { requireConnection } from '@millrace/connection'
import type { Connection } from '@millrace/connection'

/** The room of what belongs to no single queue. */
const room = 'queues'
const namesKey = 'names'

/** The names of all queues of this store, ascending by bytes: each exists from its first enqueue or worker. One round trip; O(queues). */
export async function queueNames(connection: Connection): Promise<string[]> {
  return requireConnection('queueNames', connection).keyValue(room).zrange(namesKey, 0, -1)
}

/** Makes the name known. Safe to repeat. */
export async function registerQueue(connection: Connection, name: string): Promise<void> {
  await connection.keyValue(room).zadd(namesKey, 0, name)
}
