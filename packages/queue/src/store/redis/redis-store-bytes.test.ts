import { connectRedis } from '@millrace/connection'
import type { RedisConnection } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { message } from '../../testing/contract/stage.ts'
import { defaultTurns, idOf, namesOf, TestWorker } from '../../testing/contract/test-worker.ts'
import type { EnqueueFrame, NewMessage } from '../store.ts'
import { RedisStore } from './redis-store.ts'

let server: RedisProcess
let connection: RedisConnection
beforeAll(async () => {
  server = await RedisProcess.start()
  connection = await connectRedis(server.url)
})
afterAll(async () => {
  await connection.close()
  await server.close()
})

let made = 0
function freshQueue(on: RedisConnection = connection): RedisStore {
  made += 1
  return new RedisStore(on, `queue-${made}`)
}

function frame(messages: readonly NewMessage[]): EnqueueFrame {
  made += 1
  return { producer: `producer${made}`, number: 1, lowestUnanswered: 1, messages, maxLength: 0, wakeNobody: true }
}

const texts = [
  'plain',
  'zwölf € 🦆 \u{10FFFF}',
  'NUL \u0000 inside, and \r\n$5\r\nPWNED',
  `quotes " ' \\ and ]] -- 'Lua' %d %s`,
  '12345678901234567890',
  '1.7954691843741e+15',
  '',
]

it('payloads of any bytes come back as they were given', async () => {
  const store = freshQueue()
  const payloads = texts.flatMap((text) => [text, JSON.stringify({ text }), JSON.stringify(text)])
  await store.enqueue(frame(payloads.map((payload, index) => message(`m${String(index).padStart(2, '0')}`, { payload }))))
  const { messages } = await new TestWorker(store, 'w').claim(250)
  expect(messages.map((given) => given.payload)).toEqual(payloads)
})

it('options, values, reasons, terms, settings and log lines of any bytes come back as they were given', async () => {
  const store = freshQueue()
  const worker = new TestWorker(store, 'w')
  for (const text of texts.filter((one) => one !== '')) {
    await store.enqueue(frame([message('a', { options: { name: text, tags: [text] } }), message('b')]))
    const { messages } = await worker.claim(2)
    expect(messages[0]?.options).toEqual({ name: text, tags: [text] })
    await store.progress(worker.id, idOf('a'), worker.nonces.get(idOf('a')) ?? '', { ratio: 0.1, note: text, lines: [text] })
    const error = { name: text, message: text, stack: text }
    await worker.settle([worker.dead('a', text, [`tag:${text}`], { error }), worker.done('b', JSON.stringify(text))])
    const dead = await store.inspect.messages({ state: 'dead', term: `tag:${text}`, limit: 1 })
    expect(dead.messages).toMatchObject([{ id: idOf('a'), reason: text, log: [text], progress: { ratio: 0.1, note: text } }])
    expect(dead.messages[0]?.attempts[0]?.error).toEqual(error)
    expect((await store.inspect.message(idOf('b')))?.value).toBe(JSON.stringify(text))
    await store.configure(text)
    expect(await store.inspect.settings()).toBe(text)
    await store.purge('dead', 1)
    await store.purge('completed', 1)
  }
})

it('a term is found by itself alone, not by what another begins with', async () => {
  const store = freshQueue()
  const worker = new TestWorker(store, 'w')
  await store.enqueue(frame(['a', 'b', 'c'].map((name) => message(name))))
  await worker.claim(3)
  await worker.settle([worker.dead('a', 'x', ['tag:x']), worker.dead('b', 'x', ['tag:x\u0000y']), worker.dead('c', 'x', ['tag:x1'])])
  const found = async (term: string) => namesOf((await store.inspect.messages({ state: 'dead', term, limit: 10 })).messages)
  expect(await found('tag:x')).toEqual(['a'])
  expect(await found('tag:x\u0000y')).toEqual(['b'])
  expect(await found('tag:x1')).toEqual(['c'])
})

it.each(['', '[x]*?:', 'quote\'"\\:', '--$5:'])('any prefix may stand before the keys: %j', async (prefix) => {
  const own = await connectRedis(server.url, { prefix })
  try {
    const store = freshQueue(own)
    const heard = new Promise((resolve) => void store.listen(idOf('w'), resolve).then(() => store.resume()))
    await store.enqueue(frame([message('a')]))
    const worker = new TestWorker(store, 'w')
    expect(namesOf((await worker.claim(2, { idle: true })).messages)).toEqual(['a'])
    await worker.settle([worker.done('a')])
    expect((await store.inspect.message(idOf('a')))?.state).toBe('completed')
    await worker.claim(1, { idle: true })
    await store.resume()
    expect(await heard).toEqual({ kind: 'wake' })
  } finally {
    await own.close()
  }
})

it('one claim gives at most 256 KiB of records, a larger message alone, and the order of turns goes on', async () => {
  const store = freshQueue()
  const payload = (kib: number) => JSON.stringify('x'.repeat(kib * 1024))
  await store.enqueue(
    frame([message('u1', { level: 'urgent', payload: payload(100) }), message('u2', { level: 'urgent', payload: payload(100) })]),
  )
  await store.enqueue(frame([message('h1', { level: 'high', payload: payload(100) })]))
  await store.enqueue(frame([message('h2', { level: 'high', payload: payload(300) }), message('n1', { payload: '1' })]))
  const worker = new TestWorker(store, 'w')
  const given: string[][] = []
  for (let call = 0; call < 3; call += 1) {
    const { messages, more } = await worker.claim(10, { turns: defaultTurns })
    given.push(namesOf(messages))
    expect(more).toBe(call < 2)
  }
  expect(given).toEqual([['u1', 'h1'], ['u2', 'n1'], ['h2']])
})

it('numbers keep their value however large a counter or time is', async () => {
  const store = freshQueue()
  const farMs = Date.now() + 9 * 365 * 86_400_000
  await store.enqueue(frame([message('far', { scheduledForMs: farMs }), message('near', { delayMs: 0.001 })]))
  expect(await store.inspect.message(idOf('far'))).toMatchObject({ state: 'scheduled', atMs: farMs, scheduledForMs: farMs })
  const { messages } = await new TestWorker(store, 'w').claim(1)
  expect(Number.isSafeInteger(messages[0]?.fence)).toBe(true)
  expect(messages[0]?.fence).toBeGreaterThan(1.7e15)
})
