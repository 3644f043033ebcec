import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../connect.ts'
import { freePort, RedisProcess } from '../testing/redis-process.ts'
import { awayMs, defineScript, storeRun } from './script.ts'
import { waitUntil } from '../testing/wait-until.ts'
import type { ConnectionOptions } from '../connection.ts'
import type { RedisStoreConnection } from './redis-connection.ts'
import type { Script, ScriptEffect } from './script.ts'

let folder: string
let server: RedisProcess
const open: { close(): Promise<void> }[] = []
let names = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace scripts '))
  server = await RedisProcess.start()
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))

async function connectTo(url: string, options: ConnectionOptions = {}): Promise<RedisStoreConnection> {
  const connection = (await connect(url, { prefix: `t${++names}:`, ...options })) as RedisStoreConnection
  open.push(connection)
  return connection
}

function script(body: string, options: { prelude?: string; effect?: ScriptEffect } = {}): Script {
  const name = `script-${++names}`
  const file = (suffix: string, text: string) => {
    const path = join(folder, `${name}${suffix}.lua`)
    writeFileSync(path, text)
    return pathToFileURL(path)
  }
  return defineScript({
    name,
    file: file('', body),
    effect: options.effect ?? 'free',
    ...(options.prelude !== undefined && { prelude: file('-prelude', options.prelude) }),
  })
}

describe('a script', () => {
  test('gets its keys and arguments, and answers', async () => {
    const connection = await connectTo(server.url)
    const echo = script('return {KEYS[1], ARGV[1], ARGV[2], #ARGV}')
    expect(await connection.run(echo, ['k'], ['é\0\r\n', 1.5])).toEqual(['k', 'é\0\r\n', '1.5', 2])
    expect(await connection.run(echo, ['k'], ['', -1])).toEqual(['k', '', '-1', 2])
  })

  test('is loaded again where the server forgot it', async () => {
    const connection = await connectTo(server.url)
    const one = script('return 1')
    expect(await connection.run(one, ['k'], [])).toBe(1)
    await connection.command('SCRIPT', ['FLUSH'])
    expect(await Promise.all(Array.from({ length: 20 }, () => connection.run(one, ['k'], [])))).toEqual(Array(20).fill(1))
  })

  test('is told the run of the server, and how long this connection was away', async () => {
    const connection = await connectTo(server.url)
    const info = String(await connection.command('INFO', ['server']))
    const run = /run_id:(\w{16})/.exec(info)?.[1]
    expect(await connection.run(script('return ARGV'), ['k'], [storeRun, awayMs])).toEqual([run, '0'])
  })

  test('that refuses rejects with its word as code', async () => {
    const connection = await connectTo(server.url)
    const refusal = connection.run(script("return redis.error_reply('QUEUE_FULL 10000')"), ['k'], ['secret'])
    await expect(refusal).rejects.toMatchObject({ name: 'MillraceError', code: 'QUEUE_FULL', message: 'QUEUE_FULL 10000' })
  })

  test('that fails names its file and line, with and without a prelude, and never its arguments', async () => {
    const connection = await connectTo(server.url)
    const prelude = 'local function one() return 1 end\nlocal function bad() return nil .. 1 end\n'
    const failing = script("local key = KEYS[1]\nredis.call('SET', key, 1)\nredis.call('LPUSH', key, 1)\nreturn 1", { prelude })
    const error = await connection.run(failing, ['failing'], ['secret']).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'STORE_REFUSED', message: expect.stringContaining(`${failing.name}.lua:3`) })
    expect(String((error as Error).message)).not.toContain('user_script')
    expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain('secret')

    const runtime = script('local a = nil\nreturn a.b')
    await expect(connection.run(runtime, ['k'], [])).rejects.toThrow(`${runtime.name}.lua:2`)
    const syntax = script('return 1\nreturn end', { prelude })
    await expect(connection.run(syntax, ['k'], [])).rejects.toThrow(`${syntax.name}.lua:2`)
    const inPrelude = script('return bad()', { prelude })
    await expect(connection.run(inPrelude, ['k'], [])).rejects.toThrow(`${inPrelude.name}.lua, prelude line 2`)
  })

  test('reads the test clock in place of the time, to the microsecond', async () => {
    const prelude = "local function now_us() local t = redis.call('TIME') return string.format('%d%06d', t[1], t[2]) end\n"
    const clock = script('return now_us()', { prelude })
    const connection = await connectTo(server.url, { testClock: true })
    await connection.setTestClock(1_700_000_000_000.001)
    expect(await connection.run(clock, ['k'], [])).toBe('1700000000000001')
    await connection.setTestClock(5)
    expect(await connection.run(clock, ['k'], [])).toBe('0000000000005000')
    const real = await connectTo(server.url)
    expect(Number(await real.run(clock, ['k'], [])) / 1_000).toBeGreaterThan(1_700_000_100_000)
  })
})

describe('a published message', () => {
  test('reaches each listener of its channel, and after a restart again', async () => {
    const own = await RedisProcess.start()
    open.push(own)
    const connection = await connectTo(own.url)
    const heard: string[] = []
    const publish = (text: string) => connection.command('PUBLISH', [`${connection.prefix}news`, text])
    const stop = await connection.subscribe('news', (text) => heard.push(`one ${text}`))
    await connection.subscribe('news', (text) => heard.push(`two ${text}`))
    await publish('a')
    await waitUntil(() => expect(heard).toEqual(['one a', 'two a']))
    await stop()
    await own.restart()
    await waitUntil(async () => expect(await publish('b')).toBe(1))
    await waitUntil(() => expect(heard.at(-1)).toBe('two b'))
    expect(heard.filter((text) => text.startsWith('one'))).toEqual(['one a'])
  })
})

test('live processes of a store have different numbers', async () => {
  const connections = await Promise.all(Array.from({ length: 5 }, () => connectTo(server.url, { prefix: 'numbers:' })))
  const numbers = new Set(connections.map((connection) => connection.processNumber))
  expect(numbers.size).toBe(5)
  for (const number of numbers) expect(number >= 0 && number < 2 ** 24).toBe(true)
})

test('calls that wait are refused by close, and so are later ones', async () => {
  const connection = await connectTo(server.url)
  await connection.close()
  await expect(connection.run(script('return 1'), ['k'], [])).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
})

test('a store that does not answer is told in one sentence that names it and no password', async () => {
  const port = await freePort()
  const error = await connect(`redis://user:secret@127.0.0.1:${port}`).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'STORE_UNREACHABLE', message: expect.stringContaining(`127.0.0.1:${port}`) })
  expect(String((error as Error).message)).not.toContain('secret')
})
