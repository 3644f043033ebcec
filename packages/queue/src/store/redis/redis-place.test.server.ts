import { connectRedis } from '@millrace/connection'
import type { ConnectionOptions, RedisConnection } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import type { TestPlace } from '../../testing/contract/harness-on.ts'
import { RedisStore } from './redis-store.ts'

/** A connection whose scripts read a clock that is set by hand. */
export type ClockedConnection = RedisConnection & Pick<TestPlace, 'setTestClock'>

export async function connectClocked(url: string, options: ConnectionOptions = {}): Promise<ClockedConnection> {
  return (await connectRedis(url, { ...options, testClock: true })) as ClockedConnection
}

/** A server of its own with a clock that is set by hand, for the conformance suite. */
export async function redisPlace(options: ConnectionOptions = {}): Promise<TestPlace> {
  const server = await RedisProcess.start()
  const connection = await connectClocked(server.url, options)
  return {
    openStore: (queue) => new RedisStore(connection, queue),
    setTestClock: (ms) => connection.setTestClock(ms),
    close: async () => {
      await connection.close()
      await server.close()
    },
  }
}
