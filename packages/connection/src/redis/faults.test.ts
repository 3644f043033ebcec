import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect as connectSocket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { connect } from '../connect.ts'
import { freePort, RedisProcess } from '../testing/redis-process.ts'
import { awayMs, defineScript, storeRun } from './script.ts'
import { waitUntil } from '../testing/wait-until.ts'
import type { AddressInfo, Socket } from 'node:net'
import type { ConnectionOptions } from '../connection.ts'
import type { KeyValue } from '../key-value.ts'
import type { RedisStoreConnection } from './redis-connection.ts'
import type { Script, ScriptEffect } from './script.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace faults '))
const open: { close(): Promise<void> }[] = []
let names = 0

afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))

async function startServer(...args: string[]): Promise<RedisProcess> {
  const server = await RedisProcess.start({ args })
  open.unshift(server)
  return server
}

async function connectTo(server: RedisProcess, options: ConnectionOptions = {}): Promise<RedisStoreConnection> {
  const connection = (await connect(server.url, options)) as RedisStoreConnection
  open.unshift(connection)
  return connection
}

function script(body: string, effect: ScriptEffect = 'free'): Script {
  const path = join(folder, `script-${++names}.lua`)
  writeFileSync(path, body)
  return defineScript({ name: `script-${names}`, file: pathToFileURL(path), effect })
}

/** One command on a socket of its own, as an operator would send it. */
async function operator(server: RedisProcess, ...args: string[]): Promise<string> {
  const socket = connectSocket({ host: '127.0.0.1', port: server.port })
  socket.write(args.map((arg) => `"${arg}"`).join(' ') + '\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return answer.toString()
}

function blockFor(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

const count = script("return redis.call('INCR', KEYS[1])")
const placeholders = script('return ARGV')

describe('a server that is killed and started again', () => {
  test('has what was answered, and calls made meanwhile are answered', async () => {
    const server = await startServer('--appendonly', 'yes', '--appendfsync', 'always')
    const connection = await connectTo(server)
    const states: string[] = []
    connection.onState((state) => states.push(state))
    expect(await connection.run(count, ['n'], [])).toBe(1)
    const [before] = (await connection.run(placeholders, ['n'], [storeRun])) as string[]
    await server.kill()
    await waitUntil(() => expect(states).toEqual(['down']))
    expect(connection.connected).toBe(false)
    const calls = Array.from({ length: 50 }, () => connection.run(count, ['n'], []))
    await server.restart()
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 50 }, (_, index) => index + 2))
    expect(states).toEqual(['down', 'up'])
    const [after, away] = (await connection.run(placeholders, ['n'], [storeRun, awayMs])) as string[]
    expect(after).toMatch(/^\w{16}$/)
    expect(after).not.toBe(before)
    expect(Number(away)).toBeGreaterThan(0)
  })

  test('while calls are in flight loses none of them', async () => {
    const server = await startServer('--appendonly', 'yes', '--appendfsync', 'always')
    const connection = await connectTo(server)
    const add = script("return redis.call('SADD', KEYS[1], ARGV[1])")
    const calls: Promise<unknown>[] = []
    const sendFor = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        for (let n = 0; n < 50; n++) calls.push(connection.run(add, ['set'], [calls.length]))
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    for (let kills = 0; kills < 3; kills++) {
      const sending = sendFor(20)
      await calls.at(-1)
      await server.kill()
      await sending
      await server.restart()
    }
    await Promise.all(calls)
    expect(await connection.command('SCARD', ['set'])).toBe(calls.length)
  })
})

describe('a server that stops answering', () => {
  test('is left after the command deadline, and the call is made again with equal arguments', async () => {
    const server = await startServer()
    const connection = await connectTo(server, { commandTimeoutMs: 300 })
    const add = script("return redis.call('SADD', KEYS[1], ARGV[1])")
    await connection.run(add, ['set'], ['a'])
    const down = new Promise((resolve) => connection.onState(resolve))
    server.pause()
    const call = connection.run(add, ['set'], ['b'])
    expect(await down).toBe('down')
    server.resume()
    // 0 where the server had done it before the socket was given up.
    expect([0, 1]).toContain(await call)
    expect(await connection.command('SMEMBERS', ['set'])).toHaveLength(2)
    const [away] = (await connection.run(placeholders, ['n'], [awayMs])) as string[]
    expect(Number(away)).toBeGreaterThanOrEqual(300)
  })

  test('ends a call at its own deadline, outcome unknown, while one with a longer deadline goes on', async () => {
    const server = await startServer()
    const connection = await connectTo(server, { commandTimeoutMs: 200, callTimeoutMs: 600 })
    server.pause()
    const patient = connection.run(count, ['n'], [], { callTimeoutMs: 20_000 })
    const usual = connection.run(count, ['n'], ['secret']).catch((thrown: unknown) => thrown)
    const short = connection.run(count, ['n'], [], { callTimeoutMs: 100 })
    await expect(short).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', details: { outcome: 'unknown' } })
    const error = (await usual) as Error
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('The outcome is unknown') })
    expect(error.message + String(error.cause)).not.toContain('secret')
    const later = connection.run(count, ['n'], [])
    await expect(later).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', details: { outcome: 'unsent' } })
    expect(await connection.health()).toMatchObject({ connected: false, latencyMs: null, connectedClients: null })
    server.resume()
    expect(await patient).toBeGreaterThan(0)
    expect(await connection.health()).toMatchObject({
      connected: true,
      latencyMs: expect.any(Number),
      connectedClients: expect.any(Number),
      commandsPerSecond: expect.any(Number),
    })
  })

  test('is told of a reading as of one: it could not be read, and nothing was changed', async () => {
    const server = await startServer()
    const connection = await connectTo(server, { commandTimeoutMs: 200, callTimeoutMs: 300 })
    server.pause()
    const unread = {
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/ in time \(.*\)\. The store could not be read; nothing was changed\.$/),
      details: { outcome: 'unread' },
    }
    await expect(connection.keyValue('room').get('key')).rejects.toMatchObject(unread)
    await expect(connection.run(script('return 1', 'read'), ['n'], [])).rejects.toMatchObject(unread)
    await expect(connection.keyValue('room').zadd('key', 1, 'one')).rejects.toMatchObject({ details: { outcome: 'unsent' } })
  })

  test('is silent for as long as it owes an answer, and no longer', async () => {
    const server = await startServer()
    const connection = await connectTo(server, { commandTimeoutMs: 300 })
    expect(connection.silentMs).toBe(0)
    server.pause()
    const call = connection.run(count, ['n'], [])
    await waitUntil(() => expect(connection.silentMs).toBeGreaterThan(600))
    expect(connection.connected).toBe(false)
    server.resume()
    await call
    expect(connection.silentMs).toBe(0)
    await server.kill()
    await waitUntil(() => expect(connection.silentMs).toBeGreaterThan(300))
    await server.restart()
    await waitUntil(() => expect(connection).toMatchObject({ connected: true, silentMs: 0 }))
  })

  test('is not this one, when it was the event loop that was blocked', async () => {
    const server = await startServer()
    const connection = await connectTo(server, { commandTimeoutMs: 1_000 })
    const states: string[] = []
    connection.onState((state) => states.push(state))
    const call = connection.run(count, ['n'], [])
    await new Promise((resolve) => setImmediate(resolve))
    blockFor(2_500)
    expect(await call).toBe(1)
    expect(states).toEqual([])
  })
})

describe('a socket that is half open', () => {
  /** Between client and server; what went through before `freeze` is silent for ever, what comes later is not. */
  async function proxyTo(server: RedisProcess) {
    const pairs: [Socket, Socket][] = []
    const proxy = createServer((near) => {
      const far = connectSocket({ host: '127.0.0.1', port: server.port })
      near.pipe(far)
      far.pipe(near)
      for (const socket of [near, far]) socket.on('error', () => undefined)
      pairs.push([near, far])
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    open.unshift({
      close: async () => {
        for (const socket of pairs.flat()) socket.destroy()
        proxy.close()
        await once(proxy, 'close')
      },
    })
    const freeze = () => {
      for (const [near, far] of pairs) {
        near.unpipe(far)
        far.unpipe(near)
        near.resume()
        far.resume()
      }
    }
    return { url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`, freeze, sockets: () => pairs.length }
  }

  test('is found and remade: calls are answered, subscriptions and pulses go on, the pool is ready', async () => {
    const server = await startServer()
    const proxy = await proxyTo(server)
    const connection = (await connect(proxy.url, { commandTimeoutMs: 300, poolSize: 1 })) as RedisStoreConnection
    open.unshift(connection)
    const heard: string[] = []
    const answers: unknown[] = []
    await connection.subscribe('news', (text) => heard.push(text))
    const listeners = { onAnswer: (answer: unknown) => answers.push(answer), onError: () => undefined }
    const pulse = connection.pulse(count, ['pulse'], [], { everyMs: 20, maxStallMs: 10_000, ...listeners })
    const pooled = connection.pooledKeyValues('cache')[0] as KeyValue
    await pooled.set('key', 'v')
    await waitUntil(() => expect(answers.length).toBeGreaterThan(0))
    const before = proxy.sockets()
    proxy.freeze()
    expect(await connection.run(count, ['n'], [])).toBe(1)
    const counted = answers.length
    await waitUntil(() => expect(answers.length).toBeGreaterThan(counted))
    // Nothing is sent on the subscriber's and the pool's socket: only a ping can find out.
    await waitUntil(() => expect(proxy.sockets()).toBe(before + 4))
    expect(await pooled.get('key')).toBe('v')
    await waitUntil(async () => {
      await connection.command('PUBLISH', ['millrace:news', 'again'])
      expect(heard).toContain('again')
    })
    await pulse.stop()
  })

  test('from its beginning is given up again and again until connect gives up', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const url = `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`
    await expect(connect(url, { commandTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringContaining('no answer for 200 ms'),
    })
    expect(sockets.length).toBeGreaterThan(3)
    for (const socket of sockets) socket.destroy()
    silent.close()
    await once(silent, 'close')
  })
})

describe('a call is made again', () => {
  test('while the server is busy with somebody else’s script', async () => {
    const server = await startServer('--busy-reply-threshold', '20')
    const connection = await connectTo(server)
    const slow =
      "local t = redis.call('TIME') local till = t[1] * 1e6 + t[2] + 400000 repeat t = redis.call('TIME') until t[1] * 1e6 + t[2] > till return 1"
    const other = operator(server, 'EVAL', slow, '0')
    await waitUntil(async () => expect(await operator(server, 'PING')).toMatch(/^-BUSY/))
    expect(await connection.run(count, ['n'], [])).toBe(1)
    expect(await other).toMatch(/^:1/)
  })

  test('while the server is a replica that takes no writes', async () => {
    const server = await startServer()
    const connection = await connectTo(server)
    expect(await connection.run(count, ['n'], [])).toBe(1)
    const states: string[] = []
    const down = new Promise((resolve) => connection.onState((state) => resolve(states.push(state))))
    await operator(server, 'REPLICAOF', '127.0.0.1', String(await freePort()))
    const call = connection.run(count, ['n'], [])
    await down
    // Long enough for a few tries.
    const tries = new Set<string>()
    await waitUntil(async () => {
      const [, id] = /id=(\d+) [^\n]* name=millrace /.exec(await operator(server, 'CLIENT', 'LIST')) ?? []
      if (id !== undefined) tries.add(id)
      expect(tries.size).toBeGreaterThan(2)
    })
    await operator(server, 'REPLICAOF', 'NO', 'ONE')
    expect(await call).toBe(2)
    // Not up and down again and again while it was a replica.
    expect(states).toEqual(['down', 'up'])
  })

  test('while the server loads its data', async () => {
    const server = await startServer('--appendonly', 'yes', '--key-load-delay', '3000', '--loading-process-events-interval-bytes', '1024')
    const connection = await connectTo(server)
    const fill = script("for n = 1, 300 do redis.call('SET', KEYS[1] .. n, ('x'):rep(500)) end return 1")
    await connection.run(fill, ['k'], [])
    await connection.command('BGREWRITEAOF', [])
    await waitUntil(async () => expect(await connection.command('INFO', ['persistence'])).toContain('aof_rewrite_in_progress:0'))
    const restarted = server.restart()
    const call = connection.run(count, ['n'], [])
    expect(await call).toBe(1)
    await restarted
  })
})

describe('a full server', () => {
  test('refuses what grows with STORE_FULL, runs what frees, and shows how full it is', async () => {
    const server = await startServer('--maxmemory', '3mb', '--maxmemory-policy', 'noeviction')
    const connection = await connectTo(server)
    const fill = script("for n = 1, 100 do redis.call('APPEND', KEYS[1], ('x'):rep(10000)) end return 1", 'grow')
    const filling = async () => {
      for (let n = 0; n < 10; n++) await connection.run(fill, ['big'], [])
    }
    await expect(filling()).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(await connection.run(count, ['n'], [])).toBe(1)
    await waitUntil(() => expect(connection.fillRatio).toBeGreaterThan(0.9))
    expect(await connection.health()).toMatchObject({ maxMemoryBytes: 3 * 1024 * 1024, memoryLimit: 'maxmemory' })
    await connection.command('UNLINK', ['big'])
    await waitUntil(() => expect(connection.fillRatio).toBeLessThan(0.9))
  })
})

describe('a pulse', () => {
  const pulseOf = (connection: RedisStoreConnection, options: { everyMs?: number; maxStallMs?: number } = {}) => {
    const answers: unknown[] = []
    const errors: unknown[] = []
    const pulse = connection.pulse(count, ['pulse'], [], {
      everyMs: options.everyMs ?? 20,
      maxStallMs: options.maxStallMs ?? 10_000,
      onAnswer: (answer) => answers.push(answer),
      onError: (error) => errors.push(error),
    })
    return { pulse, answers, errors }
  }

  test('goes on while the main thread is blocked, pauses when that lasts, and goes on with it', async () => {
    const server = await startServer()
    const connection = await connectTo(server)
    const { pulse, answers } = pulseOf(connection, { maxStallMs: 1_000 })
    await waitUntil(() => expect(answers.length).toBeGreaterThan(2))
    const before = Number(await connection.command('GET', ['pulse']))
    blockFor(600)
    const within = Number(await connection.command('GET', ['pulse']))
    expect(within - before).toBeGreaterThan(3)
    blockFor(3_000)
    const beyond = Number(await connection.command('GET', ['pulse']))
    // At most 1,000 ms worth of beats (and what ran before the wall was hit), not 3,000.
    expect(beyond - within).toBeLessThan(70)
    const heard = answers.length
    await waitUntil(() => expect(answers.length).toBeGreaterThan(heard + 2))
    await pulse.stop()
    const stopped = await connection.command('GET', ['pulse'])
    expect((await connection.health()).renewing).toBe('thread')
    blockFor(100)
    expect(await connection.command('GET', ['pulse'])).toBe(stopped)
  })

  test('tells of failed calls and goes on after a restart', async () => {
    const server = await startServer()
    const connection = await connectTo(server, { commandTimeoutMs: 200 })
    const { answers, errors } = pulseOf(connection)
    await waitUntil(() => expect(answers.length).toBeGreaterThan(0))
    await server.kill()
    await waitUntil(() => expect(errors[0]).toMatchObject({ name: 'MillraceError', code: 'STORE_UNAVAILABLE' }))
    await server.restart()
    const heard = answers.length
    await waitUntil(() => expect(answers.length).toBeGreaterThan(heard))
  })

  test('has one call under way at most, however long that takes', async () => {
    const server = await startServer()
    const connection = await connectTo(server, { commandTimeoutMs: 200 })
    const { answers, errors } = pulseOf(connection)
    await waitUntil(() => expect(answers.length).toBeGreaterThan(0))
    const pausedAtMs = performance.now()
    server.pause()
    await waitUntil(() => expect(errors.length).toBeGreaterThanOrEqual(3))
    expect(performance.now() - pausedAtMs).toBeGreaterThan(400)
    server.resume()
  })

  test('shares one thread and one socket with all others', async () => {
    const server = await startServer()
    const connection = await connectTo(server)
    const pulses = Array.from({ length: 10 }, () => pulseOf(connection))
    await waitUntil(() => expect(pulses.every(({ answers }) => answers.length > 0)).toBe(true))
    const clients = String(await connection.command('CLIENT', ['LIST']))
    expect(clients.match(/name=millrace-renewal/g)).toHaveLength(1)
    await Promise.all(pulses.map(({ pulse }) => pulse.stop()))
  })
})
