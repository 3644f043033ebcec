import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@millrace/connection'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Stage, message } from '../../testing/contract/stage.ts'
import { idOf, keepAll, namesOf } from '../../testing/contract/test-worker.ts'
import { describeStore } from '../../testing/describe-store.ts'
import { FakeClock } from '../../testing/fake-clock.ts'
import { EmbeddedStore } from './embedded-store.ts'
import { harnessOnFile, openFile } from './file-place.test.file.ts'
import type { ClockedFile } from './file-place.test.file.ts'

describeStore('the embedded store', harnessOnFile)

describe('an embedded file', () => {
  let folder: string
  let connection: ClockedFile
  let clock: FakeClock

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace embedded queues '))
    clock = new FakeClock()
    connection = await openFile(folder)
    await connection.setTestClock(clock.now())
  })
  afterEach(async () => {
    await connection.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const stageOf = (queue: string) => {
    const store = new EmbeddedStore(connection, queue)
    return new Stage(store, {
      open: async () => store,
      store2: async () => new EmbeddedStore(connection, queue),
      advance: async (ms) => {
        clock.advance(ms)
        await connection.setTestClock(clock.now())
      },
      now: () => clock.now(),
      close: async () => undefined,
    })
  }

  /** Does something to the file itself, while nobody has it open. */
  const alter = async (sql: string) => {
    await connection.close()
    const database = openDatabase(join(folder, 'millrace.db'))
    database.exec(sql)
    database.close()
    connection = await openFile(folder)
    await connection.setTestClock(clock.now())
  }

  test('holds many queues that do not touch each other', async () => {
    const [mail, search] = [stageOf('mail'), stageOf('search')]
    for (const stage of [mail, search]) {
      await stage.enqueue([message('a'), message('b', { delayMs: 1000 }), message('mine', { explicit: true, payload: stage.store.queue })])
    }
    const worker = mail.worker('same')
    expect(namesOf((await worker.claim(5)).messages)).toEqual(['a', 'mine'])
    await worker.settle([worker.done('a'), worker.dead('mine', 'x', ['name:n'])])
    await mail.store.pause()
    await mail.store.configure('{"of":"mail"}')
    await mail.store.purge('waiting', 250)
    expect(await search.stats()).toMatchObject({
      paused: false,
      counts: { ready: 2, scheduled: 1, active: 0, completed: 0, dead: 0 },
      totals: { enqueued: 3, removed: 0 },
      workers: 0,
    })
    expect(await search.store.inspect.settings()).toBeUndefined()
    expect((await search.worker('same').claim(5)).messages.map((given) => given.payload)).toEqual(['{"name":"a"}', 'search'])
    await Promise.all([mail.checkBalance(), search.checkBalance()])
  })

  test('has everything again after it was closed and opened', async () => {
    const before = stageOf('mail')
    await before.enqueueEach(['a', 'b', 'c', 'd'])
    const worker = before.worker()
    await worker.claim(3)
    await worker.settle([worker.failed('a', 5000), worker.dead('b', 'gone', ['tag:x'])])
    await before.store.configure('{"kept":true}')
    await before.store.pause()
    const stats = await before.stats()
    await alter('SELECT 1')
    const after = stageOf('mail')
    expect(await after.stats()).toEqual({ ...stats, workers: 0 })
    expect(await after.store.inspect.settings()).toBe('{"kept":true}')
    expect(await after.listed({ state: 'dead', term: 'tag:x' })).toEqual(['b'])
    const again = after.worker()
    again.number = worker.number
    expect((await again.settle([{ ...worker.done('c') }])).outcomes).toEqual(['done'])
  })

  test('gives back any text as it was, NUL and half a character included, and refuses ids and payloads it could not give back', async () => {
    const stage = stageOf('mail')
    const odd = 'before\0after \ud800 "€"'
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(2)
    const nonce = worker.nonces.get(idOf('a')) ?? ''
    await stage.store.progress(worker.id, idOf('a'), nonce, { ratio: 0.5, note: odd, lines: [odd] })
    await worker.settle([worker.dead('a', odd, [odd], { error: { name: odd, message: odd } }), worker.done('b', JSON.stringify(odd))])
    await stage.store.configure(odd)
    expect(await stage.stored('a')).toMatchObject({
      reason: odd,
      progress: { note: odd },
      log: [odd],
      attempts: [{ error: { message: odd } }],
    })
    expect((await stage.stored('b')).value).toBe(JSON.stringify(odd))
    expect(await stage.store.inspect.settings()).toBe(odd)
    expect(await stage.listed({ state: 'dead', term: odd })).toEqual(['a'])
    expect(await stage.listed({ state: 'dead', term: 'before' })).toEqual([])

    const mine = (id: string, payload: string) => stage.enqueue([message(id, { explicit: true, payload })])
    await expect(mine('x\0y', '1')).rejects.toMatchObject({ code: 'ID_INVALID' })
    await expect(mine('x', '"\0"')).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON' })
    await expect(mine('x', '"\ud800"')).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON' })
    await mine('x', '1')
    expect(await stage.store.cancel('x\0y')).toBe('not-found')
    expect(await stage.store.inspect.message('x\0y')).toBeUndefined()
    expect(await stage.store.promote({ ids: ['x\0y'] })).toEqual({ changed: 0, more: false })
  })

  for (const [what, damage] of [
    ['options that are no JSON', `UPDATE queue_message SET options = '{broken' WHERE id = '${idOf('bad')}'`],
    ['a payload that is no text', `UPDATE queue_message SET payload = x'00ff' WHERE id = '${idOf('bad')}'`],
    ['no record', `DELETE FROM queue_message WHERE id = '${idOf('bad')}'`],
  ] as const) {
    test(`a message with ${what} answers STORE_CORRUPT, and the call is undone whole`, async () => {
      const before = stageOf('mail')
      await before.enqueueEach(['good'])
      const worker = before.worker()
      await worker.claim(1)
      await before.enqueueEach(['bad'])
      await alter(damage)
      const stage = stageOf('mail')
      const again = stage.worker()
      again.number = worker.number
      await expect(again.claim(1, { results: [worker.done('good')] })).rejects.toMatchObject({
        code: 'STORE_CORRUPT',
        message: expect.stringContaining(idOf('bad')),
      })
      expect(await stage.stats()).toMatchObject({ counts: { active: 1, ready: 1, completed: 0 }, totals: { completed: 0 } })
      again.number -= 1
      expect((await again.settle([worker.done('good')])).outcomes).toEqual(['done'])

      // An operator can take it away, and the queue goes on.
      await stage.store.purge('waiting', 1)
      await stage.enqueueEach(['next'])
      expect(namesOf((await again.claim(1)).messages)).toEqual(['next'])
      await stage.checkBalance()
    })
  }

  test('a corrupt history spoils only what reads it', async () => {
    const before = stageOf('mail')
    await before.enqueueEach(['a', 'b'])
    const worker = before.worker()
    await worker.claim(2)
    await worker.settle([worker.dead('a'), worker.dead('b')])
    await alter(`UPDATE queue_detail SET attempts = '[{' WHERE message = (SELECT number FROM queue_message WHERE id = '${idOf('a')}')`)
    const stage = stageOf('mail')
    await expect(stage.stored('a')).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
    expect((await stage.stored('b')).attempts).toHaveLength(1)
    expect(await stage.store.redrive({ limit: 5 })).toEqual({ changed: 2, more: false, blocked: 0 })
  })

  test('a page goes on behind the last message of the one before, whatever left meanwhile', async () => {
    const stage = stageOf('mail')
    await stage.enqueueEach(['a', 'b', 'c', 'd', 'e'])
    const first = await stage.store.inspect.messages({ state: 'ready', limit: 2 })
    await stage.store.cancel(idOf('a'))
    await stage.store.cancel(idOf('b'))
    const { cursor = '' } = first
    expect(namesOf((await stage.store.inspect.messages({ state: 'ready', limit: 2, cursor })).messages)).toEqual(['c', 'd'])
    for (const wrong of ['3', 'x', Buffer.from('["a"]').toString('base64url')]) {
      await expect(stage.store.inspect.messages({ state: 'ready', limit: 2, cursor: wrong })).rejects.toMatchObject({
        code: 'OPTION_INVALID',
      })
    }
  })

  test('a claim or a page carries at most 256 KiB, and a larger message alone', async () => {
    const stage = stageOf('mail')
    const large = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2))
    for (const [name, bytes] of [
      ['a', 300],
      ['b', 100],
      ['c', 100],
      ['d', 100],
      ['e', 1],
    ] as const) {
      await stage.enqueue([message(name, { payload: large(bytes * 1024) })])
    }
    const worker = stage.worker()
    const claimed: string[] = []
    for (let call = 0; call < 3; call++) {
      const { messages, more } = await worker.claim(10)
      claimed.push(`${namesOf(messages).join('')}${more ? '+' : ''}`)
    }
    expect(claimed).toEqual(['a+', 'bc+', 'de'])

    const pages: string[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page = await stage.store.inspect.messages({ state: 'active', limit: 10, ...(cursor === '' ? {} : { cursor }) })
      pages.push(namesOf(page.messages).join(''))
      cursor = page.cursor
    }
    expect(pages).toEqual(['a', 'bc', 'de'])
  })

  test('a lease that this process itself renews is prolonged once if it ended while the process stood still', async () => {
    const stage = stageOf('mail')
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    await new Promise<void>((resolve, reject) => {
      const renewing = stage.store.keepRenewing(worker.id, {
        leaseMs: 15_000,
        maxStallMs: 60_000,
        onAnswer: () => void renewing.stop().then(resolve, reject),
        onError: reject,
      })
    })
    await stage.advance(15_000)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 0 })
    await stage.advance(14_999)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 0 })
    await stage.advance(1)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 1, redelivered: 1 })
  })

  test('a renewal is written only when the deadline in the file has come near by half a lease', async () => {
    const stage = stageOf('mail')
    const worker = stage.worker()
    await worker.claim(1)
    const stored = async () => {
      await connection.close()
      const copy = join(folder, 'copy')
      cpSync(join(folder, 'millrace.db'), copy)
      const database = openDatabase(copy)
      const [lease] = database.prepare('SELECT deadline_us FROM queue_worker').all()
      database.close()
      return Number(lease?.['deadline_us']) / 1_000 - clock.now()
    }
    await stage.advance(7_500)
    await stage.store.renew(worker.id, 15_000)
    expect(await stored()).toBe(7_500)

    connection = await openFile(folder)
    await connection.setTestClock(clock.now())
    const next = stageOf('mail').worker()
    await stageOf('mail').store.rescue(15_000)
    await next.claim(1)
    await stage.advance(7_501)
    await stageOf('mail').store.renew(next.id, 15_000)
    expect(await stored()).toBe(15_000)
  })

  test('what is due and not promoted stays counted while it comes and goes', async () => {
    const stage = stageOf('mail')
    const due = async () => (await stage.stats()).levels.map(({ ready, scheduled }) => `${ready}+${scheduled}`).join(' ')
    const later = (name: string, delayMs: number) => message(name, { delayMs, level: 'high' })
    await stage.enqueue([later('a', 1000), later('b', 2000), later('c', 3000), message('d', { delayMs: 2000 })])
    expect(await due()).toBe('0+0 0+3 0+1 0+0')
    await stage.advance(2000)
    expect(await due()).toBe('0+0 2+1 1+0 0+0')
    await stage.enqueue([later('e', 500)])
    await stage.store.cancel(idOf('a'))
    expect(await due()).toBe('0+0 1+2 1+0 0+0')
    await stage.advance(500)
    expect(await due()).toBe('0+0 2+1 1+0 0+0')
    await stage.advance(500)
    await stage.worker().claim(0)
    expect(await due()).toBe('0+0 3+0 1+0 0+0')
    await stage.enqueue([later('f', 1000)])
    await stage.advance(1000)
    expect(await due()).toBe('0+0 4+0 1+0 0+0')
    await stage.store.purge('waiting', 250)
    expect(await due()).toBe('0+0 0+0 0+0 0+0')
  })

  test('trim forgets producers that were silent for an hour', async () => {
    const stage = stageOf('mail')
    await stage.enqueueEach(['a'])
    await stage.advance(3_600_001)
    await stage.store.trim(keepAll)
    await connection.close()
    const database = openDatabase(join(folder, 'millrace.db'))
    expect(database.prepare('SELECT count(*) AS n FROM queue_producer').get()).toEqual({ n: 0 })
    database.close()
  })
})
