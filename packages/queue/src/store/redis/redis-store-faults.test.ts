import { connectRedis } from '@millrace/connection'
import type { RedisConnection } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import { afterEach, expect, it } from 'vitest'
import { message } from '../../testing/contract/stage.ts'
import { freshNonce, idOf, TestWorker } from '../../testing/contract/test-worker.ts'
import type { EnqueueFrame, NewMessage } from '../store.ts'
import { CuttingProxy } from './cutting-proxy.test.server.ts'
import { QueueKeys } from './keys.ts'
import { connectClocked } from './redis-place.test.server.ts'
import { RedisStore } from './redis-store.ts'
import { verbs } from './scripts.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(args: readonly string[] = []): Promise<RedisProcess> {
  const server = await RedisProcess.start({ args })
  closing.push(() => server.close())
  return server
}

async function connectTo(url: string): Promise<RedisConnection> {
  const connection = await connectRedis(url)
  closing.push(() => connection.close())
  return connection
}

let frames = 0
function frame(messages: readonly NewMessage[]): EnqueueFrame {
  frames += 1
  return { producer: `producer${frames}`, number: 1, lowestUnanswered: 1, messages, maxLength: 0, wakeNobody: true }
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `m${String(index).padStart(4, '0')}`)

it('two processes that claim at once get each message once', async () => {
  const server = await start()
  const stores = [new RedisStore(await connectTo(server.url), 'mail'), new RedisStore(await connectTo(server.url), 'mail')]
  await stores[0]?.enqueue(frame(names(200).map((name) => message(name))))
  const seen: string[] = []
  const drain = async (worker: TestWorker) => {
    for (;;) {
      const { messages } = await worker.claim(7)
      seen.push(...messages.map((given) => given.id))
      if (messages.length === 0) return
    }
  }
  await Promise.all(stores.map((store, index) => drain(new TestWorker(store, `w${index}`))))
  expect([...new Set(seen)].sort()).toEqual(names(200).map(idOf))
  expect(seen).toHaveLength(200)
})

it('a call whose answer was lost takes effect once: enqueue, claim, settle and release', async () => {
  const server = await start()
  const proxy = await CuttingProxy.before(server.port)
  closing.push(() => proxy.close())
  const connection = await connectTo(proxy.url)
  const warm = new RedisStore(connection, 'warm')
  await warm.enqueue(frame([message('a')]))
  await new TestWorker(warm, 'w').claim(1)
  await warm.release(idOf('w'))

  const store = new RedisStore(connection, 'mail')
  proxy.cutNextAnswer()
  const mine = message('mine', { explicit: true })
  expect(await store.enqueue(frame([message('a'), message('b'), message('c'), mine]))).toEqual(['added', 'added', 'added', 'added'])
  const worker = new TestWorker(store, 'w')
  proxy.cutNextAnswer()
  const { messages } = await worker.claim(3)
  expect(messages.map((given) => given.id)).toEqual([idOf('a'), idOf('b'), idOf('c')])
  proxy.cutNextAnswer()
  const { outcomes } = await worker.settle([worker.done('a'), { ...worker.done('b'), nonce: freshNonce() }])
  expect(outcomes).toEqual(['replayed', 'stale'])
  proxy.cutNextAnswer()
  expect(await store.release(worker.id)).toEqual({ released: 0, remaining: 0 })

  expect(proxy.cuts).toBe(4)
  const { counts, totals } = await store.inspect.stats()
  expect(counts).toEqual({ ready: 3, scheduled: 0, active: 0, completed: 1, dead: 0 })
  expect(totals).toMatchObject({ enqueued: 4, completed: 1, stale: 1 })
})

it('after a restart of the server its scripts are known again, and nothing that was kept is lost', async () => {
  const server = await start(['--appendonly', 'yes', '--appendfsync', 'always'])
  const store = new RedisStore(await connectTo(server.url), 'mail')
  const worker = new TestWorker(store, 'w')
  await store.enqueue(frame([message('a'), message('b', { delayMs: 60_000 })]))
  await worker.claim(1)
  await server.restart()
  expect((await worker.settle([worker.done('a')])).outcomes).toEqual(['done'])
  expect((await store.inspect.stats()).counts).toEqual({ ready: 0, scheduled: 1, active: 0, completed: 1, dead: 0 })
})

it('after a restart of the server every lease first gets its full time, even one that ended meanwhile', async () => {
  const server = await start(['--appendonly', 'yes', '--appendfsync', 'always'])
  const connection = await connectClocked(server.url)
  closing.push(() => connection.close())
  await connection.setTestClock(1_800_000_000_000)
  const store = new RedisStore(connection, 'mail')
  const worker = new TestWorker(store, 'w')
  await store.enqueue(frame([message('a')]))
  await worker.claim(1)
  await server.restart()
  await connection.setTestClock(1_800_000_060_000)
  expect(await store.rescue(15_000)).toMatchObject({ workers: 0, redelivered: 0, more: false })
  await connection.setTestClock(1_800_000_074_999)
  expect(await store.rescue(15_000)).toMatchObject({ workers: 0 })
  await connection.setTestClock(1_800_000_075_000)
  expect(await store.rescue(15_000)).toMatchObject({ workers: 1, redelivered: 1 })
})

it('a caller whose own connection had failed for more than 5 s grants every lease its full time, once an outage', async () => {
  const server = await start()
  const connection = await connectClocked(server.url)
  closing.push(() => connection.close())
  await connection.setTestClock(1_800_000_000_000)
  const store = new RedisStore(connection, 'mail')
  const keys = new QueueKeys(connection.prefix, 'mail')
  await new TestWorker(store, 'w').claim(1)
  const run = (await connection.run(verbs.rescue.script, keys.of(verbs.rescue.keys), [1, keys.fullChannel, 'other', 0])) as number[]
  expect(run.slice(0, 5)).toEqual([0, 0, 0, 0, 0])

  const rescueAfter = async (awayMs: number, atMs: number) => {
    await connection.setTestClock(atMs)
    const args = [15_000_000, keys.fullChannel, 'other', awayMs]
    return (await connection.run(verbs.rescue.script, keys.of(verbs.rescue.keys), args)) as [
      number,
      number,
      number,
      number,
      number,
      ...string[],
    ]
  }
  expect((await rescueAfter(5_000, 1_800_000_100_000)).slice(4)).toEqual([1, idOf('w')])
  expect((await rescueAfter(5_001, 1_800_000_100_000)).slice(4)).toEqual([0])
  expect((await rescueAfter(5_001, 1_800_000_114_999)).slice(4)).toEqual([0])
  expect((await rescueAfter(5_001, 1_800_000_115_000)).slice(4)).toEqual([1, idOf('w')])
})

it('a full server refuses new messages with STORE_FULL and still gives out, settles, moves and removes what it has', async () => {
  const server = await start()
  const connection = await connectTo(server.url)
  const store = new RedisStore(connection, 'mail')
  const worker = new TestWorker(store, 'w')
  await store.enqueue(frame(names(20).map((name) => message(name, { payload: JSON.stringify('x'.repeat(1000)) }))))
  await worker.claim(5)
  await worker.claim(0, { results: [worker.dead('m0000', 'x', ['name:n'])] })

  const raw = connection as RedisConnection & { command(name: string, args: readonly string[]): Promise<unknown> }
  await raw.command('CONFIG', ['SET', 'maxmemory', '1mb'])
  await expect(store.enqueue(frame([message('late')]))).rejects.toMatchObject({ code: 'STORE_FULL' })
  const results = [worker.done('m0001', '{"n":1}'), worker.failed('m0002', 5000), worker.dead('m0003'), worker.released('m0004')]
  const answer = await worker.claim(2, { results, idle: true })
  expect(answer.outcomes).toEqual(['done', 'done', 'done', 'done'])
  expect(answer.messages).toHaveLength(2)
  expect(await store.progress(worker.id, idOf('m0005'), worker.nonces.get(idOf('m0005')) ?? '', { ratio: 0.5, lines: ['x'] })).toBe('done')
  expect((await store.renew(worker.id, 15_000)).held).toBe(true)
  expect(await store.redrive({ ids: [idOf('m0003')] })).toMatchObject({ changed: 1 })
  expect(await store.promote({ limit: 5 })).toMatchObject({ changed: 1 })
  expect(await store.cancel(idOf('m0010'))).toBe('removed')
  await store.pause()
  await store.resume()
  expect(await store.release(worker.id)).toMatchObject({ released: 2 })
  expect(await store.rescue(15_000)).toMatchObject({ workers: 0 })
  expect(await store.purge('dead', 250)).toMatchObject({ changed: 1 })
  expect(await store.purge('waiting', 250)).toMatchObject({ changed: 17, more: false })
  expect((await store.inspect.stats()).counts).toEqual({ ready: 0, scheduled: 0, active: 0, completed: 1, dead: 0 })
  await raw.command('CONFIG', ['SET', 'maxmemory', '0'])
  expect(await store.enqueue(frame([message('late')]))).toEqual(['added'])
})
