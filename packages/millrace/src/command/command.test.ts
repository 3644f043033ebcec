import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect } from '@millrace/connection'
import { freePort, RedisProcess } from '@millrace/connection/testing'
import { Queue, Worker } from '@millrace/queue'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

const bin = fileURLToPath(new URL('../bin.js', import.meta.url))
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'millrace command é '))
  closing.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

class Run {
  output = ''
  errors = ''
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; output: string; errors: string }>

  constructor(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const { PATH = '', HOME = '' } = process.env
    this.child = spawn(process.execPath, [bin, ...words], { env: { PATH, HOME, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    this.child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()))
    this.ended = once(this.child, 'close').then(([code]) => ({ code: code as number | null, output: this.output, errors: this.errors }))
    closing.push(async () => {
      this.child.kill('SIGKILL')
      await this.ended
    })
  }

  async says(pattern: RegExp): Promise<string> {
    const said = await vi.waitFor(
      () => {
        const found = pattern.exec(this.output)
        if (!found && this.child.exitCode !== null) return undefined
        if (!found) throw new Error(`not said yet: ${this.output}${this.errors}`)
        return found[1] ?? found[0]
      },
      { timeout: 20_000, interval: 50 },
    )
    if (said === undefined) throw new Error(`it ended without saying ${String(pattern)}: ${this.output}${this.errors}`)
    return said
  }
}

const run = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) => new Run(words, environment).ended
/** A server that listens on a free port, and where. */
async function serve(environment: Readonly<Record<string, string>>, ...words: string[]) {
  const server = new Run(['serve', ...words], { PORT: '0', LOG_LEVEL: 'silent', ...environment })
  return { server, address: await server.says(/Dashboard +(\S+)\/dashboard\/\n[^]*Stop/) }
}

describe('what is said to who asks for help or is mistaken', () => {
  it.each([['--help'], ['serve', '--help'], ['token', '--help'], ['sign-in', '--help'], ['queues', '--help'], ['doctor', '--help']])(
    'millrace %s %s tells what it does, with examples, and ends with 0',
    async (...words) => {
      const { code, output } = await run(words.filter((word) => word !== undefined))
      expect([code, output]).toEqual([0, expect.stringMatching(/^Usage: millrace[^]*Examples:\n {2}/)])
      // Nothing is coloured where nobody sees it.
      expect(output).not.toContain('\u001B')
    },
  )

  it.each([
    [[], 'Usage: millrace'],
    [['srve'], 'Did you mean serve?'],
    [['token', '--role', 'king'], 'viewer, operator, admin'],
    [['token', '--expires', '1y'], '90s, 15m, 1h, 7d'],
    [['token', '--expires', '400d'], "option '--expires <duration>' argument '400d' is invalid. Allowed are 1s to 365d."],
    [['token', '--expires', '0s'], 'Allowed are 1s to 365d.'],
    [['token', '--subjekt', 'x'], '--subject'],
    [['queues', '--redis', 'redis://x', '--data-dir', 'y'], 'cannot be used with'],
    [['queues', '--redis', 'http://x'], 'REDIS_URL must begin with redis://'],
    [['serve', '--port', '70000'], 'PORT is "70000"'],
  ])('%j is a mistake: it is named on standard error, and the code is 2', async (words, named) => {
    const { code, output, errors } = await run(words)
    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toContain(named)
    expect(errors).not.toMatch(/^ +at /m)
  })

  it('a store that is not there is said in a sentence, with what to do, and the code is 1', async () => {
    const nothing = join(folder(), 'nothing')
    const none = await run(['queues', '--data-dir', nothing])
    expect([none.code, none.errors]).toEqual([1, `There is no store in ${nothing}. Set REDIS_URL, or DATA_DIR to its folder.\n`])
    expect(existsSync(nothing)).toBe(false)
    const away = await run(['queues'], { REDIS_URL: `redis://127.0.0.1:${await freePort()}` })
    expect([away.code, away.errors]).toEqual([1, expect.stringMatching(/does not answer.*check that it runs/)])
  })
})

describe('on Redis', () => {
  let redis: RedisProcess
  beforeAll(async () => {
    redis = await RedisProcess.start()
  })
  afterAll(() => redis.close())
  const onRedis = () => ({ REDIS_URL: redis.url, DATA_DIR: folder(), JWT_SECRET: 'a secret of more than thirty-two bytes' })

  it('serve shows the queues of an application beside it; token and queues see the same', async () => {
    const connection = await connect(redis.url)
    closing.push(() => connection.close())
    const queue = new Queue('mail', { connection })
    closing.push(() => queue.close())
    await queue.enqueueMany(Array.from({ length: 1_200 }, (_, n) => ({ payload: n })))
    await new Queue('reports', { connection }).enqueue({}, { delayMs: 60_000 })
    const environment = onRedis()
    const { server, address } = await serve(environment)
    expect(server.output).toMatch(/Sign in +http\S+\/sign-in#\S{22}\n/)
    expect(server.output).toContain('50 performance and 200 queue requests')

    const { code, output: token, errors } = await run(['token'], environment)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const headers = { authorization: `Bearer ${token.trim()}` }
    expect(await (await fetch(`${address}/api/performance/queues/mail/size`, { headers })).json()).toMatchObject({ ready: 1_200 })
    expect((await fetch(`${address}/api/queues/mail/messages`, { method: 'POST', headers, body: '{}' })).status).toBe(403)
    const { redis: store, application } = (await (await fetch(`${address}/api/performance/system`, { headers })).json()) as {
      redis: { connected: boolean }
      application: { uptime: number }
    }
    expect([store.connected, application.uptime > 0]).toEqual([true, true])

    const table = await run(['queues'], environment)
    expect(table.output).toMatch(/^QUEUE +READY +SCHEDULED/)
    expect(table.output).toMatch(/^mail +1,200 +0 +0 +0 +[\d.]+ (ms|s) /m)
    expect(table.output).toMatch(/^reports +0 +1 /m)
    const worker = new Worker(queue, async () => undefined)
    closing.push(() => worker.close())
    await vi.waitFor(async () => expect((await queue.stats()).counts.completed).toBeGreaterThanOrEqual(1_000), { timeout: 10_000 })
    const json = await run(['queues', '--json'], environment)
    const { queues } = JSON.parse(json.output) as { queues: { name: string; workers: number }[] }
    expect(queues.map(({ name, workers }) => [name, workers])).toEqual([
      ['mail', 1],
      ['reports', 0],
    ])
  }, 60_000)

  it('SIGTERM drains: not ready first, still answering, then an end with 0', async () => {
    const { server, address } = await serve(onRedis(), '--drain', '3s')
    const status = async (path: string) => (await fetch(address + path)).status
    expect(await status('/health/ready')).toBe(200)
    server.child.kill('SIGTERM')
    await vi.waitFor(async () => expect(await status('/health/ready')).toBe(503), { interval: 50 })
    expect(await status('/health/live')).toBe(200)
    expect(await server.ended).toMatchObject({ code: 0, errors: '' })
  })

  it('sign-in prints a link for any server of the same Redis, which works once', async () => {
    const environment = onRedis()
    const { address } = await serve(environment)
    const { code, output } = await run(['sign-in', '--url', `${address}/`], environment)
    expect([code, output]).toEqual([0, expect.stringMatching(/^http\S+\/sign-in#\S{22}\n$/)])
    const post = () =>
      fetch(`${address}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
        body: JSON.stringify({ token: output.trim().split('#')[1] }),
      })
    expect((await post()).status).toBe(201)
    expect((await post()).status).toBeGreaterThanOrEqual(400)
  }, 60_000)

  it('doctor finds what is wrong, says what --repair would do, and does it', async () => {
    const connection = await connect(redis.url)
    closing.push(() => connection.close())
    const queue = new Queue('sick', { connection })
    const { id } = await queue.enqueue(1)
    expect(await run(['doctor', '--queue', 'sick'], { REDIS_URL: redis.url })).toMatchObject({
      code: 0,
      output: expect.stringMatching(
        /✓ redis:\S+: Redis 7[^]*answers in [\d.]+ ms\n[^]*✓ sick: 1 ready \+ [^\n]* = all 1 enqueued\n\nNothing is wrong\.\n$/,
      ),
    })
    await (connection as unknown as { command(name: string, args: string[]): Promise<unknown> }).command('ZREM', [
      'millrace:{queue:sick}:ready:normal',
      id,
    ])
    const sick = await run(['doctor', '--queue', 'sick'], { REDIS_URL: redis.url })
    expect(sick).toMatchObject({
      code: 1,
      output: expect.stringContaining(
        `✗ sick: message ${id} is stored and stands nowhere in its queue; with --repair: put it among the dead`,
      ),
    })
    expect(sick.output).toContain('1 enqueued, so 1 are missing')
    const json = await run(['doctor', '--queue', 'sick', '--json'], { REDIS_URL: redis.url })
    expect([json.code, JSON.parse(json.output)]).toMatchObject([
      1,
      { faults: 2, queues: [{ queue: 'sick', missing: 1, findings: [{ subject: id }] }] },
    ])
    const mended = await run(['doctor', '--queue', 'sick', '--repair'], { REDIS_URL: redis.url })
    expect(mended).toMatchObject({ code: 0, output: expect.stringContaining('done: put it among the dead') })
    expect(await queue.redrive()).toBe(1)
    expect(await run(['doctor', '--queue', 'nobody'], { REDIS_URL: redis.url })).toMatchObject({
      code: 1,
      errors: expect.stringContaining("no queue 'nobody'"),
    })
  }, 60_000)

  it('doctor tells of settings with which messages would be lost', async () => {
    const evicting = await RedisProcess.start({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] })
    closing.push(() => evicting.close())
    const { code, output } = await run(['doctor'], { REDIS_URL: evicting.url })
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/✗ [^\n]*may evict messages: its maxmemory-policy is allkeys-lru[^]*! [^\n]*appendonly yes/),
    ])
  })

  it('--watch looks again until Ctrl-C, and ends in peace', async () => {
    const watching = new Run(['queues', '--watch'], { REDIS_URL: redis.url })
    await watching.says(/QUEUE|There is no queue/)
    watching.child.kill('SIGINT')
    expect(await watching.ended).toMatchObject({ code: 0, errors: '' })
  })

  it('serve --json tells the links and the settings as data', async () => {
    const server = new Run(['serve', '--json'], { ...onRedis(), PORT: '0', RATE_LIMIT_QUEUES: '7' })
    await server.says(/\n/)
    expect(JSON.parse(server.output.split('\n')[0] ?? '')).toMatchObject({
      listening: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      signIn: expect.stringContaining('/sign-in#'),
      store: { kind: 'redis' },
      rateLimits: { performance: 50, queues: 7 },
    })
  })
})

describe('on the embedded file', () => {
  it('sign-in prints a link that signs a browser in, also while a server has the file open', async () => {
    const environment = { DATA_DIR: folder(), PORT: String(await freePort()) }
    const before = await run(['sign-in'], environment)
    expect(before).toMatchObject({ code: 0, errors: '' })
    const { address, server } = await serve(environment)
    const during = await run(['sign-in', '--json'], environment)
    const { link, usableOnce } = JSON.parse(during.output) as { link: string; usableOnce: boolean }
    expect(usableOnce).toBe(false)
    const shown = /Sign in +(\S+)/.exec(server.output)?.[1] ?? ''
    for (const text of [before.output.trim(), link, shown]) {
      expect(text.startsWith(`${address}/sign-in#`), text).toBe(true)
      const body = JSON.stringify({ token: text.split('#')[1] })
      const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
      const answer = await fetch(`${address}/api/session`, { method: 'POST', headers, body })
      expect(await answer.json()).toMatchObject({ role: 'admin' })
      expect(answer.headers.get('set-cookie')).toContain('HttpOnly')
    }
  }, 60_000)

  it('doctor checks the file, and says who has it open', async () => {
    const environment = { DATA_DIR: folder(), PORT: String(await freePort()) }
    const server = await serve(environment)
    expect(await run(['doctor'], environment)).toMatchObject({ code: 1, errors: expect.stringContaining('in use') })
    server.server.child.kill('SIGTERM')
    await server.server.ended
    expect(await run(['doctor'], environment)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/✓ disk: [\d.]+ MiB of [\d.,]+ MiB, [\d.]+ MiB of it not yet in the file[^]*Nothing is wrong/),
    })
  }, 60_000)

  it('queues reads through the server that has the file open', async () => {
    const port = String(await freePort())
    const environment = { DATA_DIR: folder(), PORT: port }
    const { address } = await serve(environment)
    expect(address).toBe(`http://127.0.0.1:${port}`)
    expect(await run(['queues', '--json'], environment)).toEqual({ code: 0, output: '{"queues":[]}\n', errors: '' })
    const elsewhere = await run(['queues'], { ...environment, PORT: String(await freePort()) })
    expect([elsewhere.code, elsewhere.errors]).toEqual([1, expect.stringMatching(/in use[^]*set HOST and PORT/)])
  })
})
