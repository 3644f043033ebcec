import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connectEmbedded } from './connect-embedded.ts'
import { ledger } from './ledger.test.procedure.ts'
import { openDatabase } from './open-database.ts'
import { defineProcedure } from './procedure.ts'
import type { ConnectionOptions, EmbeddedConnection } from '../connection.ts'
import type { EmbeddedStoreConnection } from './embedded-connection.ts'
import type { LedgerCall } from './ledger.test.procedure.ts'

let root: string
let folder: string
const open: EmbeddedConnection[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace embedded '))
  folder = join(root, 'a folder', 'data')
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()))
  rmSync(root, { recursive: true, force: true })
})

async function connect(options: ConnectionOptions = {}): Promise<EmbeddedConnection> {
  const connection = await connectEmbedded(folder, options)
  open.push(connection)
  return connection
}

const entries = (connection: EmbeddedConnection) => connection.run(ledger, { verb: 'entries' }) as Promise<string[]>

describe('opening', () => {
  test('makes the folder and the file for this user alone, and takes them away from nobody', async () => {
    const connection = await connect()
    expect(connection).toMatchObject({
      kind: 'embedded',
      directory: folder,
      description: `file:${folder}`,
      prefix: 'millrace:',
      durability: 'crash-safe',
    })
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'millrace.db')).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(join(folder, 'millrace.pid'), 'utf8'))).toMatchObject({ pid: process.pid })
    await connection.close()
    expect(existsSync(join(folder, 'millrace.pid'))).toBe(false)
  })

  test('gives a new process number each time', async () => {
    const first = await connect()
    await first.close()
    expect((await connect()).processNumber).toBe(first.processNumber + 1)
  })

  test('keeps what was written for the next process', async () => {
    const first = await connect({ durability: 'power-safe' })
    await first.run(ledger, { verb: 'add', entry: 'kept' })
    await first.close()
    expect(await entries(await connect())).toEqual(['kept'])
  })

  test('a path that is a file is refused in one sentence', async () => {
    writeFileSync(join(root, 'file'), '')
    for (const path of [join(root, 'file'), join(root, 'file', 'below')]) {
      await expect(connectEmbedded(path)).rejects.toMatchObject({
        code: 'STORE_PATH_INVALID',
        message: expect.stringContaining('a file is in its place'),
      })
    }
  })

  // Only Linux has such a file system everywhere.
  test.skipIf(process.platform !== 'linux')('a file system that takes no folders is refused', async () => {
    await expect(connectEmbedded('/proc/millrace/data')).rejects.toMatchObject({ code: 'STORE_PATH_INVALID' })
  })

  test('a folder where the database should be is refused', async () => {
    mkdirSync(join(folder, 'millrace.db'), { recursive: true })
    await expect(connectEmbedded(folder)).rejects.toMatchObject({
      code: 'STORE_PATH_INVALID',
      message: expect.stringContaining('is not a file'),
    })
  })

  // The superuser may write anywhere, so there is nothing to refuse.
  test.skipIf(process.getuid?.() === 0)('a folder that may not be written is refused', async () => {
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o500)
    await expect(connectEmbedded(folder)).rejects.toMatchObject({
      code: 'STORE_PATH_INVALID',
      message: expect.stringContaining('may not write'),
    })
  })

  test("another application's database is refused and left as it is", async () => {
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'millrace.db')
    const other = openDatabase(file)
    other.exec('CREATE TABLE notes (text TEXT)')
    other.close()
    const before = readFileSync(file)
    await expect(connectEmbedded(folder)).rejects.toMatchObject({
      code: 'STORE_PATH_INVALID',
      message: expect.stringContaining('another application'),
    })
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('a file of a newer release is refused', async () => {
    await (await connect()).close()
    const file = openDatabase(join(folder, 'millrace.db'))
    file.exec('PRAGMA user_version = 99')
    file.close()
    await expect(connectEmbedded(folder)).rejects.toMatchObject({
      code: 'STORE_PATH_INVALID',
      message: expect.stringContaining('newer release'),
    })
  })

  test('a damaged file is refused at the start and left as it is, whether its head or a page is wrong', async () => {
    const connection = await connect()
    await Promise.all(Array.from({ length: 2_000 }, (_, n) => connection.run(ledger, { verb: 'add', entry: `entry number ${n}` })))
    await connection.close()
    const file = join(folder, 'millrace.db')
    const whole = readFileSync(file)
    const head = Buffer.from(whole).fill('not a database at all ', 0, 100)
    const page = Buffer.from(whole).fill(0xff, whole.length - 3 * 4_096, whole.length - 4_096)
    const cut = whole.subarray(0, whole.length - 6_000)
    for (const damaged of [head, page, cut]) {
      writeFileSync(file, damaged)
      await expect(connectEmbedded(folder)).rejects.toMatchObject({ code: 'STORE_CORRUPT', message: expect.stringContaining(file) })
      expect(readFileSync(file).equals(damaged)).toBe(true)
    }
    writeFileSync(file, whole)
    expect(await entries(await connect())).toHaveLength(2_000)
  })
})

describe('one process', () => {
  test('a second connection in the same process is told so', async () => {
    await connect()
    const refusal = {
      code: 'STORE_IN_USE',
      details: { pid: process.pid },
      message: expect.stringContaining('already open in this process'),
    }
    await expect(connectEmbedded(folder)).rejects.toMatchObject(refusal)
  })

  test('a second process is refused, naming the first; after its end the file is free, even if it was killed', async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./writer.test.child.js', import.meta.url)), folder, 'hold'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    try {
      expect(String((await once(child.stdout, 'data'))[0])).toBe('open\n')
      const refusal = { code: 'STORE_IN_USE', details: { pid: child.pid }, message: expect.stringContaining(`process ${child.pid}`) }
      await expect(connectEmbedded(folder)).rejects.toMatchObject(refusal)
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    expect((await connect()).connected).toBe(true)
  })

  test('with wait, a second process takes over when the first has ended', async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./writer.test.child.js', import.meta.url)), folder, 'hold'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    const warn = vi.fn()
    const log = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() }
    const waiting = connect({ wait: true, log })
    await vi.waitFor(() => expect(warn).toHaveBeenCalled())
    child.stdin.write('end')
    expect((await waiting).connected).toBe(true)
  })
})

describe('calls', () => {
  test('answer in any order of failure: a refusal, a bug and a value do not disturb each other', async () => {
    const connection = await connect()
    const answers = await Promise.allSettled([
      connection.run(ledger, { verb: 'add', entry: 'a' }),
      connection.run(ledger, { verb: 'refuse', when: true }),
      connection.run(ledger, { verb: 'add-then-throw', entry: 'never' }),
      connection.run(ledger, { verb: 'hook-throws' }),
      connection.run(ledger, { verb: 'unsendable' }),
      connection.run(ledger, { verb: 'add', entry: (() => 'cannot be sent') as unknown as string }),
      connection.run(ledger, { verb: 'add', entry: 'b' }),
    ])
    const bug = { code: 'STORE_REFUSED', cause: { name: 'TypeError' } }
    expect(answers).toMatchObject([
      { value: 1 },
      { reason: { name: 'MillraceError', code: 'LEDGER_CLOSED', message: 'LEDGER_CLOSED 7' } },
      { reason: { ...bug, message: expect.stringContaining('a bug in a procedure') } },
      { reason: { ...bug, message: expect.stringContaining('a bug in a hook') } },
      { reason: { code: 'STORE_REFUSED', message: expect.stringContaining('could not be cloned') } },
      { reason: { code: 'OPTION_INVALID' } },
      { value: 1 },
    ])
    expect(await entries(connection)).toEqual(['a', 'b'])
  })

  test('carry bytes as they are, NUL included', async () => {
    const connection = await connect()
    await connection.run(ledger, { verb: 'add', entry: 'before\0after' })
    await connection.run(ledger, { verb: 'add', entry: new Uint8Array([104, 0, 105]) })
    expect(await entries(connection)).toEqual(['before\0after', 'h\0i'])
  })

  test('of one tick share a commit', async () => {
    const connection = await connect()
    await connection.run(ledger, { verb: 'now' })
    await Promise.all(Array.from({ length: 100 }, () => connection.run(ledger, { verb: 'remember' })))
    const { runs, commits } = (await connection.run(ledger, { verb: 'remember' })) as { runs: number; commits: number }
    expect(runs).toBe(101)
    expect(commits).toBeLessThan(20)
  })

  test('to a procedure that cannot be loaded fail, and the others go on', async () => {
    const connection = await connect()
    const missing = defineProcedure<null, null>('missing', new URL('./missing.test.procedure.js', import.meta.url))
    await expect(connection.run(missing, null)).rejects.toMatchObject({
      code: 'STORE_REFUSED',
      message: expect.stringContaining('missing.test.procedure.js'),
    })
    expect(await connection.run(ledger, { verb: 'add', entry: 'a' })).toBe(1)
  })

  test('on a full disk fail with STORE_FULL and change nothing; what needs no room goes on', async () => {
    const connection = await connect()
    await connection.run(ledger, { verb: 'add', entry: 'a' })
    await connection.run(ledger, { verb: 'limit-pages', pages: 30 })
    const answers = await Promise.allSettled([
      connection.run(ledger, { verb: 'add', entry: 'b' }),
      connection.run(ledger, { verb: 'fill', bytes: 1_000_000 }),
      connection.run(ledger, { verb: 'add', entry: 'c' }),
    ])
    expect(answers).toMatchObject([{ value: 1 }, { reason: { code: 'STORE_FULL' } }, { value: 1 }])
    expect(await entries(connection)).toEqual(['a', 'b', 'c'])
  })
})

describe('a thread that ended', () => {
  test('fails the calls that waited, outcome unknown, and those that come; the file can be opened anew', async () => {
    const connection = await connect()
    const down = new Promise((resolve) => connection.onState(resolve))
    await connection.run(ledger, { verb: 'add', entry: 'a' })
    // The thread may end before its answer is heard.
    await connection.run(ledger, { verb: 'end-thread' }).catch(() => undefined)
    expect(await down).toBe('down')
    const unavailable = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('outside of any call') }
    await expect(connection.run(ledger, { verb: 'add', entry: 'b' })).rejects.toMatchObject({
      ...unavailable,
      details: { outcome: 'unsent' },
    })
    await expect(connection.keyValue('room').get('key')).rejects.toMatchObject({ ...unavailable, details: { outcome: 'unread' } })
    expect(await connection.health()).toMatchObject({ connected: false, latencyMs: null })
    await connection.close()
    expect(await entries(await connect())).toEqual(['a'])
  })
})

describe('time', () => {
  test('is the clock of the machine, in µs', async () => {
    const connection = await connect()
    const beforeMs = Date.now()
    const nowUs = Number(await connection.run(ledger, { verb: 'now' }))
    expect(nowUs).toBeGreaterThanOrEqual(beforeMs * 1_000)
    expect(nowUs).toBeLessThanOrEqual(Date.now() * 1_000)
  })

  test('is what the test clock says, from that call on', async () => {
    const connection = (await connect({ testClock: true })) as EmbeddedStoreConnection
    const answers = [
      connection.setTestClock(1_000),
      connection.run(ledger, { verb: 'now' }),
      connection.setTestClock(2_000),
      connection.run(ledger, { verb: 'now' }),
    ]
    expect(await Promise.all(answers)).toEqual([undefined, 1_000_000, undefined, 2_000_000])
  })
})

describe('a pulse', () => {
  const pulseOf = (connection: EmbeddedConnection, call: LedgerCall, maxStallMs = 1_000) => {
    const answers: unknown[] = []
    const errors: unknown[] = []
    let heard: () => void = () => undefined
    const hear = (list: unknown[]) => (value: unknown) => {
      list.push(value)
      heard()
    }
    const pulse = connection.pulse(ledger, call, { everyMs: 5, maxStallMs, onAnswer: hear(answers), onError: hear(errors) })
    const until = async (enough: () => boolean) => {
      while (!enough()) await new Promise<void>((resolve) => (heard = resolve))
    }
    return { pulse, answers, errors, until }
  }

  test('runs again and again until it is stopped', async () => {
    const connection = await connect()
    const { pulse, answers, until } = pulseOf(connection, { verb: 'add', entry: 'beat' })
    await until(() => answers.length >= 3)
    await pulse.stop()
    const stored = (await entries(connection)).length
    // What began before the stop reached the thread was stored, and is heard by nobody any more.
    expect(stored).toBeGreaterThanOrEqual(answers.length)
    await connection.run(ledger, { verb: 'work', ms: 30 })
    expect(await entries(connection)).toHaveLength(stored)
  })

  test('goes on after a failed call', async () => {
    const { pulse, errors, until } = pulseOf(await connect(), { verb: 'refuse', when: true })
    await until(() => errors.length >= 2)
    expect(errors[0]).toMatchObject({ code: 'LEDGER_CLOSED' })
    await pulse.stop()
  })

  test('beats on while the main thread is blocked, for as long as maxStallMs, and resumes with it', async () => {
    const connection = await connect()
    const { pulse, answers, until } = pulseOf(connection, { verb: 'add', entry: 'beat' }, 200)
    await until(() => answers.length >= 1)
    const before = answers.length
    const endMs = performance.now() + 600
    while (performance.now() < endMs);
    const blocked = (await entries(connection)).length - before
    // 600 ms hold up to 120 beats; 200 ms of them at most 40, and the one that found the thread awake again.
    expect(blocked).toBeGreaterThan(5)
    expect(blocked).toBeLessThan(80)
    await until(() => answers.length > before + blocked + 1)
    await pulse.stop()
  })
})

describe('publishing', () => {
  test('reaches subscribers of the channel after the commit, until they stop', async () => {
    const connection = await connect()
    const heard: string[] = []
    const stop = await connection.subscribe('news', (text) => heard.push(text))
    await connection.subscribe('other', (text) => heard.push(`other ${text}`))
    const published = connection.run(ledger, { verb: 'publish', channel: 'news', text: 'one' })
    const undone = connection.run(ledger, { verb: 'add-then-throw', entry: 'x' })
    await Promise.allSettled([published, undone])
    await connection.run(ledger, { verb: 'now' })
    expect(heard).toEqual(['one'])
    await stop()
    await connection.run(ledger, { verb: 'publish', channel: 'news', text: 'two' })
    await connection.run(ledger, { verb: 'now' })
    expect(heard).toEqual(['one'])
  })
})

describe('closing', () => {
  test('waits for what was called before, and refuses what comes after', async () => {
    const connection = await connect()
    const before = Array.from({ length: 200 }, (_, n) => connection.run(ledger, { verb: 'add', entry: String(n) }))
    const closed = connection.close()
    const after = expect(connection.run(ledger, { verb: 'add', entry: 'late' })).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    expect(await Promise.all(before)).toHaveLength(200)
    await Promise.all([closed, connection.close(), after])
    expect(connection.connected).toBe(false)
    expect(await entries(await connect())).toHaveLength(200)
  })

  test('leaves no log behind', async () => {
    const connection = await connect()
    await connection.run(ledger, { verb: 'add', entry: 'a' })
    await connection.close()
    expect(existsSync(join(folder, 'millrace.db-wal')) && statSync(join(folder, 'millrace.db-wal')).size).toBe(false)
  })
})

test('health shows the file: its version, its bytes, and a ping', async () => {
  const connection = await connect()
  await connection.run(ledger, { verb: 'fill', bytes: 1_000_000 })
  const health = await connection.health()
  expect(health).toMatchObject({
    kind: 'embedded',
    connected: true,
    durability: 'crash-safe',
    memoryLimit: 'disk',
    connectedClients: null,
    commandsPerSecond: null,
    renewing: 'thread',
  })
  expect(health.version).toMatch(/^SQLite 3\.\d+\.\d+$/)
  expect(health.latencyMs).toBeGreaterThan(0)
  expect(health.usedMemoryBytes).toBeGreaterThan(1_000_000)
  expect(health.maxMemoryBytes).toBeGreaterThan(health.usedMemoryBytes as number)
})
