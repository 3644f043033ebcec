import type { Connection } from '@millrace/connection'
import type { Auditor } from './audit.ts'
import { EmbeddedAuditor } from './embedded/embedded-auditor.ts'
import { EmbeddedStore } from './embedded/embedded-store.ts'
import { RedisAuditor } from './redis/redis-auditor.ts'
import { RedisStore } from './redis/redis-store.ts'
import type { Store } from './store.ts'

/** The store of one queue on this connection. Opens nothing: the first call does. */
export function openStore(connection: Connection, queue: string): Store {
  return connection.kind === 'redis' ? new RedisStore(connection, queue) : new EmbeddedStore(connection, queue)
}

/** What looks for faults in what that store keeps. */
export function openAuditor(connection: Connection, queue: string): Auditor {
  return connection.kind === 'redis' ? new RedisAuditor(connection, queue) : new EmbeddedAuditor(connection, queue)
}
