import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { connect } from '../../connect.ts'
import { describeKeyValue } from '../../testing/describe-key-value.ts'
import { RedisProcess } from '../../testing/redis-process.ts'
import type { RedisStoreConnection } from '../redis-connection.ts'

describeKeyValue('Redis', async () => {
  const server = await RedisProcess.start()
  const prefix = `test ${randomUUID()}:`.replace(' ', '-')
  const [here, there] = await Promise.all([connect(server.url, { prefix }), connect(server.url, { prefix })])
  return {
    room: (name) => here.keyValue(name),
    elsewhere: (name) => there.keyValue(name),
    close: async () => {
      await Promise.all([here.close(), there.close()])
      await server.close()
    },
  }
})

test('all keys of a room have its hash tag behind the prefix', async () => {
  const server = await RedisProcess.start()
  const connection = (await connect(server.url, { prefix: 'app:' })) as RedisStoreConnection
  const room = connection.keyValue('monitor')
  await room.set('value', 'v')
  await room.setField('fields', 'f', 'v', { ttlMs: 60_000 })
  await room.zadd('set', 1, 'm')
  await room.append('list', 'e', { max: 5 })
  await room.acquireLease('lease', 'me', 60_000)
  const keys = (await connection.command('KEYS', ['*'])) as string[]
  expect(keys.toSorted()).toEqual([
    'app:process-number',
    'app:{monitor}:fields',
    'app:{monitor}:lease',
    'app:{monitor}:list',
    'app:{monitor}:set',
    'app:{monitor}:value',
  ])
  await connection.close()
  await server.close()
})
