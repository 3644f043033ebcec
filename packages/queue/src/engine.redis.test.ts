import { connectRedis } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import { describeEngine } from './engine.test.rules.ts'

describeEngine('Redis', async () => {
  const server = await RedisProcess.start()
  const connection = await connectRedis(server.url)
  return {
    connection,
    close: async () => {
      await connection.close()
      await server.close()
    },
  }
})
