import type { Connection } from '@millrace/connection'
import { MillraceError } from '@millrace/connection'
import { RedisStore } from './redis/redis-store.ts'
import type { Store } from './store.ts'

/** The store of one queue on this connection. Opens nothing: the first call does. */
export function openStore(connection: Connection, queue: string): Store {
  if (connection.kind === 'redis') return new RedisStore(connection, queue)
  throw new MillraceError('OPTION_INVALID', `there is no store for ${connection.kind} yet (queue ${queue})`)
}
