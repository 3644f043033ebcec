import type { Connection } from '@millrace/connection'
import { EmbeddedStore } from './embedded/embedded-store.ts'
import { RedisStore } from './redis/redis-store.ts'
import type { Store } from './store.ts'

/** The store of one queue on this connection. Opens nothing: the first call does. */
export function openStore(connection: Connection, queue: string): Store {
  return connection.kind === 'redis' ? new RedisStore(connection, queue) : new EmbeddedStore(connection, queue)
}
