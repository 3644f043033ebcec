import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { CacheService } from './cache-service.ts'
import { connect } from './connect.ts'
import { RedisProcess } from './testing/redis-process.ts'
import { waitUntil } from './testing/wait-until.ts'
import type { Connection, ConnectionOptions } from './connection.ts'
import type { RedisStoreConnection } from './redis/redis-connection.ts'

interface Stores {
  readonly here: Connection
  /** As another process sees the store, where it can have more than one. */
  readonly there: Connection
  close(): Promise<void>
}

async function onRedis(): Promise<Stores> {
  const server = await RedisProcess.start()
  const [here, there] = await Promise.all([connect(server.url), connect(server.url)])
  const close = async () => {
    await Promise.all([here.close(), there.close()])
    await server.close()
  }
  return { here, there, close }
}

async function onFile(): Promise<Stores> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace cache '))
  const store = await connect(`file:${folder.replaceAll(' ', '%20')}`)
  const close = async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { here: store, there: store, close }
}

/** Settled by the test. */
function pending<Value>() {
  let resolve!: (value: Value) => void
  let reject!: (error: Error) => void
  const promise = new Promise<Value>((done, fail) => ([resolve, reject] = [done, fail]))
  return { promise, resolve, reject }
}

describe.each([
  ['Redis', onRedis],
  ['the embedded file', onFile],
])('a cache on %s', (_, open) => {
  let stores: Stores
  let cache: CacheService
  let other: CacheService
  beforeAll(async () => {
    stores = await open()
  })
  afterAll(() => stores.close())
  beforeEach(() => {
    const room = `cache-${randomUUID()}`
    cache = new CacheService(stores.here, { room })
    other = new CacheService(stores.there, { room })
  })

  test('gives back what was set, of any JSON shape, everywhere, and counts hits and misses', async () => {
    const values = [1, 'text', null, false, 0, '', [1, { a: 'é' }], {}]
    for (const [index, value] of values.entries()) await cache.set(`key ${index}`, value)
    for (const [index, value] of values.entries()) expect(await other.get(`key ${index}`)).toEqual(value)
    expect(await other.get('nothing')).toBeUndefined()
    expect(other.stats()).toEqual({ hits: values.length, stale: 0, misses: 1, loads: 0, loadErrors: 0 })
    expect(await cache.delete('key 0', 'key 1', 'nothing')).toBe(2)
    expect(await other.get('key 0')).toBeUndefined()
  })

  test('forgets after the ttl', async () => {
    await cache.set('key', 'v', { ttlMs: 40 })
    await waitUntil(async () => expect(await cache.get('key')).toBeUndefined())
  })

  test('refuses keys and values it cannot keep', async () => {
    const refused = { code: 'OPTION_INVALID' }
    await expect(cache.set('key', undefined)).rejects.toMatchObject(refused)
    await expect(cache.set('', 1)).rejects.toMatchObject(refused)
    await expect(cache.set('key', 1, { ttlMs: 0 })).rejects.toMatchObject(refused)
    await expect(cache.getOrSet('key', () => 1, {} as { ttlMs: number })).rejects.toMatchObject(refused)
    await cache.zadd('set', 1, 'm')
    await expect(cache.get('set')).rejects.toMatchObject({ code: 'STORE_REFUSED' })
    await expect(cache.getOrSet('set', () => 1, { ttlMs: 1_000 })).rejects.toMatchObject({ code: 'STORE_REFUSED' })
  })

  test('has sorted sets with Redis’ own semantics', async () => {
    expect([
      await cache.zadd('set', 2, 'b'),
      await cache.zadd('set', 2, 'a'),
      await cache.zadd('set', 1, 'c'),
      await cache.zadd('set', 3, 'c'),
    ]).toEqual([1, 1, 1, 0])
    expect(await other.zrange('set', 0, -1)).toEqual(['a', 'b', 'c'])
    expect(await other.zrange('set', -2, -1)).toEqual(['b', 'c'])
    expect(await other.zrem('set', 'a', 'x')).toBe(1)
    expect(await cache.zcard('set')).toBe(2)
    expect(await cache.delete('set')).toBe(1)
    expect(await cache.zcard('set')).toBe(0)
  })

  test('loads what is missing once for all that ask, here and elsewhere', async () => {
    const loading = pending<string>()
    const load = vi.fn(() => loading.promise)
    const asked = [cache, other, cache, other, cache].map((one) => one.getOrSet('key', load, { ttlMs: 60_000 }))
    await waitUntil(() => expect(load).toHaveBeenCalled())
    loading.resolve('loaded')
    expect(await Promise.all(asked)).toEqual(Array(5).fill('loaded'))
    expect(await other.getOrSet('key', load, { ttlMs: 60_000 })).toBe('loaded')
    expect(load).toHaveBeenCalledOnce()
    expect(cache.stats().loads + other.stats().loads).toBe(1)
    expect(other.stats().hits).toBe(1)
  })

  test('gives a stale value at once while it is loaded anew by one', async () => {
    await cache.getOrSet('key', () => 'old', { ttlMs: 30, staleMs: 60_000 })
    const loading = pending<string>()
    const load = vi.fn(() => loading.promise)
    const ask = (one: CacheService) => one.getOrSet('key', load, { ttlMs: 60_000, staleMs: 60_000 })
    await waitUntil(async () => {
      expect(await ask(cache)).toBe('old')
      expect(cache.stats().stale).toBeGreaterThan(0)
    })
    await waitUntil(() => expect(load).toHaveBeenCalled())
    expect([await ask(cache), await ask(other), await ask(other)]).toEqual(['old', 'old', 'old'])
    loading.resolve('new')
    await waitUntil(async () => expect([await ask(cache), await ask(other)]).toEqual(['new', 'new']))
    expect(load).toHaveBeenCalledOnce()
  })

  test('keeps a stale value while its loader fails, and counts that', async () => {
    await cache.getOrSet('key', () => 'old', { ttlMs: 20, staleMs: 60_000 })
    const fail = () => Promise.reject(new Error('no'))
    await waitUntil(async () => {
      expect(await cache.getOrSet('key', fail, { ttlMs: 20, staleMs: 60_000 })).toBe('old')
      expect(cache.stats().loadErrors).toBeGreaterThan(1)
    })
  })

  test('tells a loader’s error to its callers, and lets the next one try at once', async () => {
    const loading = pending<string>()
    const first = [
      cache.getOrSet('key', () => loading.promise, { ttlMs: 60_000 }),
      cache.getOrSet('key', () => 'not this', { ttlMs: 60_000 }),
    ]
    const load = vi.fn(() => 'second try')
    await waitUntil(() => expect(cache.stats().loads).toBe(1))
    const second = other.getOrSet('key', load, { ttlMs: 60_000 })
    loading.reject(new Error('database away'))
    const outcomes = await Promise.allSettled(first)
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason))).toEqual(
      Array(2).fill('Error: database away'),
    )
    expect(await second).toBe('second try')
    expect(await cache.get('key')).toBe('second try')
  })

  test('tries again with the next call after a loader threw', async () => {
    const load = vi.fn(() => Promise.reject(new Error('no')))
    for (let tries = 1; tries <= 3; tries++) {
      await expect(cache.getOrSet('key', load, { ttlMs: 60_000 })).rejects.toThrow('no')
      expect(load).toHaveBeenCalledTimes(tries)
    }
  })

  test('does not keep what was loaded before the key was deleted or set', async () => {
    for (const change of [() => other.delete('key'), () => other.set('key', 'newer')]) {
      const loading = pending<string>()
      const load = vi.fn(() => loading.promise)
      const asked = cache.getOrSet('key', load, { ttlMs: 60_000 })
      await waitUntil(() => expect(load).toHaveBeenCalled())
      await change()
      loading.resolve('older')
      expect(await asked).toBe('older')
      expect(await other.get('key')).toBeUndefined()
      await other.delete('key')
      await cache.getOrSet('key', () => 'anything', { ttlMs: 1 })
      await waitUntil(async () => expect(await cache.get('key')).toBeUndefined())
    }
  })

  test('does not keep undefined', async () => {
    const load = vi.fn(() => undefined)
    expect(await cache.getOrSet('key', load, { ttlMs: 60_000 })).toBeUndefined()
    expect(await cache.getOrSet('key', load, { ttlMs: 60_000 })).toBeUndefined()
    expect(load).toHaveBeenCalledTimes(2)
  })
})

describe('a cache on Redis', () => {
  const program = fileURLToPath(new URL('./cache-service.test.child.js', import.meta.url))

  test('waits no more than a few seconds for a process that died while loading', async () => {
    const stores = await onRedis()
    const child = spawn(process.execPath, [program, stores.here.description], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const cache = new CacheService(stores.here)
    const load = vi.fn(() => 'mine')
    const asked = cache.getOrSet('key', load, { ttlMs: 60_000 })
    await waitUntil(() => expect(cache.stats().misses).toBe(1))
    // The right to load is renewed for as long as the other process lives.
    let leftMs = Infinity
    const left = async () => Number(await (stores.here as RedisStoreConnection).command('PTTL', ['millrace:{cache}:loading:key']))
    await waitUntil(async () => {
      const before = leftMs
      leftMs = await left()
      expect(leftMs).toBeGreaterThan(before)
    })
    expect(load).not.toHaveBeenCalled()
    child.kill('SIGKILL')
    expect(await asked).toBe('mine')
    await stores.close()
  })

  test('that is away costs speed and not answers', async () => {
    const server = await RedisProcess.start()
    const options: ConnectionOptions = { commandTimeoutMs: 200 }
    const connection = await connect(server.url, options)
    const cache = new CacheService(connection)
    await cache.getOrSet('key', () => 'kept', { ttlMs: 60_000 })
    server.pause()
    expect(await cache.getOrSet('key', () => 'loaded', { ttlMs: 60_000 })).toBe('loaded')
    await expect(cache.get('key')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    server.resume()
    await waitUntil(async () => expect(await cache.getOrSet('key', () => 'loaded', { ttlMs: 60_000 })).toBe('kept'))
    await connection.close()
    await server.close()
  })

  test('uses the sockets of the pool, no more than there are, and none of the queues’', async () => {
    const server = await RedisProcess.start()
    const connection = (await connect(server.url, { poolSize: 3 })) as RedisStoreConnection
    const cache = new CacheService(connection)
    const clients = async () => String(await connection.command('CLIENT', ['LIST'])).match(/name=millrace-cache/g)?.length ?? 0
    expect(await clients()).toBe(0)
    await Promise.all(Array.from({ length: 100 }, (_, n) => cache.set(`key ${n}`, n)))
    expect(await clients()).toBe(3)
    await connection.close()
    await server.close()
  })
})
