import { createServer } from 'node:net'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect } from '../connect.ts'
import { freePort, RedisProcess } from '../testing/redis-process.ts'
import { inspectServer } from './preflight.ts'
import { waitUntil } from '../testing/wait-until.ts'
import type { AddressInfo, Socket } from 'node:net'
import type { Connection, ConnectionOptions } from '../connection.ts'

const open: { close(): Promise<unknown> | void }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function startServer(...args: string[]): Promise<RedisProcess> {
  const server = await RedisProcess.start({ args })
  open.unshift(server)
  return server
}

async function connectTo(url: string, options: ConnectionOptions = {}): Promise<Connection> {
  const connection = await connect(url, options)
  open.unshift(connection)
  return connection
}

/** A server that answers INFO with `info`, and OK to all else. */
async function pretend(info: string): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      for (const name of data.toString().match(/(?<=\*\d+\r\n\$\d+\r\n)\w+/g) ?? []) {
        socket.write(
          name.toUpperCase() === 'INFO'
            ? `$${info.length}\r\n${info}\r\n`
            : name.toUpperCase() === 'HELLO'
              ? "-ERR unknown command 'HELLO'\r\n"
              : '+OK\r\n',
        )
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.unshift({
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  })
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a connection is refused', () => {
  test('where the password is wrong or missing, at once and without telling it', async () => {
    const server = await startServer('--requirepass', 'right')
    const startedMs = performance.now()
    for (const url of [server.url, server.url.replace('//', '//:wrong@'), server.url.replace('//', '//nobody:wrong@')]) {
      const error = await connect(url).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'STORE_DENIED', message: expect.stringContaining(`127.0.0.1:${server.port}`) })
      expect((error as Error).message).not.toContain('wrong@')
    }
    await expect(connect(server.url, { wait: true })).rejects.toMatchObject({ code: 'STORE_DENIED' })
    // Each would otherwise be tried for 5 s.
    expect(performance.now() - startedMs).toBeLessThan(15_000)
    await connectTo(server.url.replace('//', '//:right@'))
  })

  test('where no password was given, saying where one goes', async () => {
    const server = await startServer('--requirepass', 'right')
    const message = expect.stringMatching(/asks for a password and got none; write it into the URL, as in redis:\/\/:password@host/)
    await expect(connect(server.url)).rejects.toMatchObject({ code: 'STORE_DENIED', message })
  })

  test('where the server has no database of that number, instead of using database 0', async () => {
    const server = await startServer()
    const startedMs = performance.now()
    const message = expect.stringMatching(
      /^url: redis:\/\/127\.0\.0\.1:\d+\/99 gives no database 99 \(DB index is out of range\); [^.]*redis\.conf\.$/,
    )
    await expect(connect(`${server.url}/99`)).rejects.toMatchObject({ code: 'OPTION_INVALID', message })
    await expect(connect(`${server.url}/99`, { wait: true })).rejects.toMatchObject({ code: 'OPTION_INVALID', message })
    expect(performance.now() - startedMs).toBeLessThan(4_000)
    const last = await connectTo(`${server.url}/15`)
    await last.keyValue('a room').set('key', 'value')
    const first = await connectTo(server.url)
    expect(await first.keyValue('a room').get('key')).toBeUndefined()
  })

  test('where the server is too old', async () => {
    const message = expect.stringContaining('Redis 6.2.14; Redis 7.0 or Valkey 7.2')
    const old = await pretend('redis_version:6.2.14\r\nrole:master\r\nloading:0\r\n')
    await expect(connect(old)).rejects.toMatchObject({ code: 'STORE_TOO_OLD', message })
  })

  test.each(['allkeys-lru', 'volatile-ttl', 'allkeys-random'])(
    'where the server may evict messages (%s), unless that is wanted',
    async (policy) => {
      const server = await startServer('--maxmemory-policy', policy)
      await expect(connect(server.url)).rejects.toMatchObject({ code: 'STORE_EVICTS', message: expect.stringContaining(policy) })
      const connection = await connectTo(server.url, { allowEviction: true })
      expect((await connection.health()).warnings.join()).toContain(policy)
    },
  )

  test('where the server is a node of a cluster', async () => {
    const server = await startServer('--cluster-enabled', 'yes')
    await expect(connect(server.url)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('redis+cluster://'),
    })
  })

  test('where options or URL are wrong, before anything is sent', async () => {
    const message = (text: string) => ({ code: 'OPTION_INVALID', message: expect.stringContaining(text) })
    await expect(connect('redis://127.0.0.1:1', { prefx: 'a' } as ConnectionOptions)).rejects.toMatchObject(message('prefx is unknown'))
    await expect(connect('file:./data', { poolSize: 0 })).rejects.toMatchObject(message('poolSize is 0; allowed is an integer of 1…64'))
    await expect(connect('http://127.0.0.1')).rejects.toMatchObject(message('redis+sentinel://'))
  })
})

test('a server that comes back with fewer databases gets nothing, rather than all of it in database 0', async () => {
  const before = await startServer('--databases', '16')
  const connection = await connectTo(`${before.url}/15`, { callTimeoutMs: 1_000, commandTimeoutMs: 500 })
  const room = connection.keyValue('a room')
  await room.set('key', 'before')
  await before.close()
  const after = await RedisProcess.start({ port: before.port, args: ['--databases', '4'] })
  open.unshift(after)
  await expect(room.set('key', 'after')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('DB index') })
  expect(connection.connected).toBe(false)
  const first = await connectTo(after.url)
  expect(await first.keyValue('a room').get('key')).toBeUndefined()
})

test('with wait, a server that comes later is connected to', async () => {
  const port = await freePort()
  const warn = vi.fn()
  const silent = () => undefined
  const connecting = connectTo(`redis://127.0.0.1:${port}`, { wait: true, log: { debug: silent, info: silent, warn, error: silent } })
  await waitUntil(() => expect(warn).toHaveBeenCalledWith(expect.anything(), expect.stringContaining('Trying on')))
  const server = await RedisProcess.start({ port })
  open.push(server)
  expect((await connecting).connected).toBe(true)
})

describe('durability', () => {
  test.each([
    [[], 'volatile', 'a restart loses messages'],
    [['--save', '60', '1'], 'volatile', 'a restart loses messages'],
    [['--appendonly', 'yes'], 'crash-safe', undefined],
    [['--appendonly', 'yes', '--appendfsync', 'no'], 'crash-safe', 'half a minute'],
    [['--appendonly', 'yes', '--appendfsync', 'always'], 'power-safe', undefined],
  ] as const)('of a server started with %j is %s', async (args, grade, warning) => {
    const server = await startServer(...args)
    const connection = await connectTo(server.url)
    expect(connection.durability).toBe(grade)
    const health = await connection.health()
    expect(health).toMatchObject({
      kind: 'redis',
      connected: true,
      durability: grade,
      renewing: 'thread',
      version: expect.stringMatching(/^(Redis|Valkey) \d/),
    })
    expect(health.usedMemoryBytes).toBeGreaterThan(0)
    // Without `maxmemory` the machine's memory is the limit.
    expect(health.memoryLimit).toBe('system')
    expect(health.maxMemoryBytes).toBeGreaterThan(health.usedMemoryBytes as number)
    expect(connection.fillRatio).toBeGreaterThan(0)
    if (warning === undefined) expect(health.warnings).toEqual([])
    else expect(health.warnings.join()).toContain(warning)
  })
})

describe('a missing right', () => {
  let server: RedisProcess
  beforeAll(async () => {
    server = await RedisProcess.start({
      args: [
        '--appendonly',
        'yes',
        '--user',
        'poor',
        'on',
        '>pw',
        '~*',
        '&*',
        '+@all',
        '-config',
        '--user',
        'poorer',
        'on',
        '>pw',
        '~*',
        '&*',
        '+@all',
        '-config',
        '-info',
      ],
    })
  })
  afterAll(() => server.close())

  test('to CONFIG is a warning', async () => {
    const connection = await connectTo(server.url.replace('//', '//poor:pw@'))
    expect(connection.durability).toBe('crash-safe')
    expect((await connection.health()).warnings).toEqual([expect.stringContaining('+config|get')])
  })

  test('to INFO is a warning, and what INFO tells is unknown', async () => {
    const connection = await connectTo(server.url.replace('//', '//poorer:pw@'))
    const health = await connection.health()
    expect(health).toMatchObject({ connected: true, version: null, usedMemoryBytes: null, connectedClients: null })
    expect(health.latencyMs).not.toBeNull()
    expect(connection.fillRatio).toBeNull()
    expect(health.warnings.join()).toContain('+info')
  })
})

test('a Valkey is known by its own version', () => {
  const inspect = (version: string) =>
    inspectServer({
      info: new Map([
        ['redis_version', '7.2.4'],
        ['server_name', 'valkey'],
        ['valkey_version', version],
      ]),
      appendfsync: undefined,
      allowEviction: false,
      store: 'redis://host:6379',
    })
  expect(inspect('8.1.0').version).toBe('Valkey 8.1.0')
  expect(inspect('7.2.0').version).toBe('Valkey 7.2.0')
  expect(() => inspect('7.1.9')).toThrow('Valkey 7.1.9')
})
