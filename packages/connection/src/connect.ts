import { connectEmbedded } from './embedded/connect-embedded.ts'
import { parseUrl } from './parse-url.ts'
import { connectRedis } from './redis/connect-redis.ts'
import type { Connection, ConnectionOptions } from './connection.ts'

/**
 * Opens a store: `redis://`, `rediss://`, `redis+sentinel://`, `redis+cluster://`, or `file:./data` for the embedded one. The one object
 * is handed to queues, cache and monitor.
 *
 * A Redis that does not answer is tried for 5 s, then this rejects; with `wait: true` it is tried for ever.
 *
 * @throws MillraceError OPTION_INVALID, STORE_UNREACHABLE, STORE_DENIED, STORE_TOO_OLD, STORE_EVICTS; of an embedded store also
 * STORE_PATH_INVALID, STORE_IN_USE, STORE_CORRUPT, STORE_FULL. No connection is kept after any of them.
 */
export async function connect(url: string, options: ConnectionOptions = {}): Promise<Connection> {
  const address = parseUrl(url)
  return address.kind === 'file' ? connectEmbedded(address.directory, options) : connectRedis(url, options)
}
