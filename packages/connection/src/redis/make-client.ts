import { Cluster, Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import type { RedisAddress } from '../parse-url.ts'

const longestRetryMs = 2_000

/**
 * A client that only carries: it keeps no command for later, repeats none, and reconnects for ever with full jitter. Deadlines, retries
 * and subscriptions are the link's.
 */
export function makeClient(address: RedisAddress, name: string, connectTimeoutMs: number): Redis | Cluster {
  const options = {
    connectionName: name,
    connectTimeout: connectTimeoutMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    enableAutoPipelining: false,
    autoResubscribe: false,
    disableClientInfo: true,
    db: address.database,
    retryStrategy: retryMs,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
  } satisfies RedisOptions
  const nodes = address.nodes.map(({ host, port }) => ({ host, port }))
  const first = nodes[0] as { host: string; port: number }
  if (address.topology === 'cluster') {
    return new Cluster(nodes, {
      clusterRetryStrategy: retryMs,
      enableOfflineQueue: false,
      enableReadyCheck: true,
      redisOptions: { ...options, socketTimeout: connectTimeoutMs, ...(address.tls && { tls: {} }) },
    })
  }
  if (address.topology === 'sentinel') {
    return new Redis({
      ...options,
      sentinels: nodes,
      name: address.primaryName as string,
      sentinelRetryStrategy: retryMs,
      ...(address.sentinelPassword !== undefined && { sentinelPassword: address.sentinelPassword }),
      ...(address.tls && { tls: {}, enableTLSForSentinelMode: true }),
    })
  }
  return new Redis({ ...options, ...first, ...(address.tls && { tls: {} }) })
}

/** Full jitter: after an outage processes come back spread over time. */
function retryMs(tries: number): number {
  return Math.ceil(Math.random() * Math.min(longestRetryMs, 50 * 2 ** Math.min(tries, 10)))
}
