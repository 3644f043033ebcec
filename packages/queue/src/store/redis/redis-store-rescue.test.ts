import type { RedisConnection } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { message } from '../../testing/contract/stage.ts'
import { TestWorker } from '../../testing/contract/test-worker.ts'
import { connectClocked } from './redis-place.test.server.ts'
import type { ClockedConnection } from './redis-place.test.server.ts'
import { RedisStore } from './redis-store.ts'
import { verbs } from './scripts.ts'

const startMs = 1_800_000_000_000
let server: RedisProcess
let connection: ClockedConnection
let store: RedisStore

beforeEach(async () => {
  server = await RedisProcess.start({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
  connection = await connectClocked(server.url)
  await connection.setTestClock(startMs)
  store = new RedisStore(connection, 'mail')
  const messages = ['a', 'b'].map((name) => message(name))
  await store.enqueue({ producer: 'producer--1', number: 1, lowestUnanswered: 1, messages, maxLength: 0, wakeNobody: true })
})
afterEach(async () => {
  await connection.close()
  await server.close()
})

it('a worker that renews between the search for ended leases and the rescue keeps what it holds', async () => {
  const worker = new TestWorker(store, 'slow')
  await worker.claim(1)
  await connection.setTestClock(startMs + 15_000)
  let rescues = 0
  const renewsInBetween: RedisConnection['run'] = async (script, keys, args, options) => {
    if (script === verbs.rescue.script && ++rescues === 2) expect(await store.renew(worker.id, 15_000)).toMatchObject({ held: true })
    return connection.run(script, keys, args, options)
  }
  const elsewhere = new RedisStore({ ...connection, prefix: connection.prefix, run: renewsInBetween }, 'mail')

  expect(await elsewhere.rescue(15_000)).toEqual({ workers: 0, redelivered: 0, suspects: 0, dead: 0, more: false })
  expect(rescues).toBe(2)
  expect((await worker.settle([worker.done('a')])).outcomes).toEqual(['done'])
})

it('a claim that comes first after a restart of the server does not hide it from the rescue', async () => {
  const worker = new TestWorker(store, 'cut off')
  await worker.claim(1)
  await server.restart()
  await connection.setTestClock(startMs + 60_000)
  await new TestWorker(store, 'newcomer').claim(1)
  expect(await store.rescue(15_000)).toMatchObject({ workers: 0, redelivered: 0 })
  expect((await worker.settle([worker.done('a')])).outcomes).toEqual(['done'])
})
