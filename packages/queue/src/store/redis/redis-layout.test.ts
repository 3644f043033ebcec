import { randomBytes } from 'node:crypto'
import { RedisProcess } from '@millrace/connection/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { levels } from '../../message.ts'
import { FakeClock } from '../../testing/fake-clock.ts'
import { outcome } from '../../testing/sequences/compare.ts'
import { sequences } from '../../testing/sequences/operation.ts'
import { Player } from '../../testing/sequences/player.ts'
import { decodeRecord, decodeState } from './codec.ts'
import { connectClocked } from './redis-place.test.server.ts'
import type { ClockedConnection } from './redis-place.test.server.ts'
import { RedisStore } from './redis-store.ts'

type Raw = ClockedConnection & { command(name: string, args: readonly string[]): Promise<unknown> }

let server: RedisProcess
let connection: Raw
beforeAll(async () => {
  server = await RedisProcess.start()
  connection = (await connectClocked(server.url)) as Raw
})
afterAll(async () => {
  await connection.close()
  await server.close()
})

/** Reads the keys of one queue as they lie there. */
class Shelf {
  readonly #base: string

  constructor(queue: string) {
    this.#base = `millrace:{queue:${queue}}:`
  }

  /** What stands behind the queue's name in each of its keys. */
  async names(): Promise<string[]> {
    const keys = (await connection.command('KEYS', [`${this.#base.replace(/[[\]?*]/g, '\\$&')}*`])) as string[]
    return keys.map((key) => key.slice(this.#base.length))
  }

  async hash(name: string): Promise<Map<string, string>> {
    const answer = (await connection.command('HGETALL', [this.#base + name])) as string[] | Record<string, string>
    if (!Array.isArray(answer)) return new Map(Object.entries(answer))
    return new Map(answer.flatMap((field, index) => (index % 2 === 0 ? [[field, answer[index + 1] ?? ''] as const] : [])))
  }

  async set(name: string): Promise<string[]> {
    return (await connection.command('ZRANGE', [this.#base + name, '0', '-1'])) as string[]
  }

  async list(name: string): Promise<string[]> {
    return (await connection.command('LRANGE', [this.#base + name, '0', '-1'])) as string[]
  }

  encoding(name: string): Promise<unknown> {
    return connection.command('OBJECT', ['ENCODING', this.#base + name])
  }
}

async function checkShelf(shelf: Shelf): Promise<void> {
  const bodies = await shelf.hash('bodies')
  const meta = await shelf.hash('meta')
  const names = await shelf.names()
  const [leases, suspects, marked, dead] = [
    await shelf.set('leases'),
    await shelf.set('suspects'),
    await shelf.set('marked'),
    await shelf.set('dead'),
  ]
  const byLevel = (kind: string) => Promise.all(levels.map((level) => shelf.set(`${kind}:${level}`)))
  const [ready, scheduled, suspectsOf] = [await byLevel('ready'), await byLevel('scheduled'), await byLevel('suspects_of')]
  const completed = (await shelf.list('completed')).filter((entry) => !entry.startsWith(' '))
  const claims = new Map<string, Map<string, string>>()
  for (const worker of leases) claims.set(worker, await shelf.hash(`claims:${worker}`))
  const held = [...claims.values()].flatMap((of) => [...of.keys()].filter((field) => !field.startsWith(' ')))

  const places = [...ready.flat(), ...scheduled.flat(), ...suspects, ...dead, ...completed, ...held]
  expect([...places].sort(), 'each message is in exactly one place').toEqual([...bodies.keys()].sort())
  expect([...suspectsOf.flat()].sort()).toEqual([...suspects].sort())
  for (const [index, level] of levels.entries()) {
    for (const id of [...(ready[index] ?? []), ...(scheduled[index] ?? []), ...(suspectsOf[index] ?? [])]) {
      expect(decodeRecord(bodies.get(id) ?? '').level, id).toBe(level)
    }
  }
  for (const id of marked) expect(scheduled.flat()).toContain(id)
  expect([...(await shelf.hash('graves')).keys()].sort()).toEqual([...dead, ...marked].sort())
  for (const term of await shelf.set('terms')) expect(dead).toContain(term.slice(4 + Number(term.slice(0, 4)) + 13))

  expect(
    names
      .filter((name) => name.startsWith('claims:'))
      .map((name) => name.slice(7))
      .sort(),
  ).toEqual([...leases].sort())
  for (const worker of leases) {
    expect(await shelf.encoding(`claims:${worker}`)).toBe('hashtable')
    expect(claims.get(worker)?.get(' call')).toHaveLength(66)
  }
  if (meta.size > 0) expect(await shelf.encoding('meta')).toBe('hashtable')

  const state = await shelf.hash('state')
  for (const name of ['state', 'values', 'reports'])
    for (const id of (await shelf.hash(name)).keys()) expect(bodies.has(id), name).toBe(true)
  for (const field of (await shelf.hash('attempts')).keys()) expect(state.has(field.replace(/^\d+ /, '')), 'attempts').toBe(true)
  for (const text of state.values()) expect(Number.isInteger(decodeState(text).retries)).toBe(true)

  const count = (field: string) => Number(meta.get(field) ?? 0)
  expect({ active: count('active'), kept: count('kept') }).toEqual({ active: held.length, kept: completed.length })
  expect(count('enqueued')).toBe(bodies.size + count('removed'))
  const explicit = await shelf.hash('explicit')
  expect((await shelf.list('explicit_order')).map((entry) => entry.slice(16)).sort()).toEqual([...explicit.keys()].sort())
  if (scheduled.flat().length > 0) {
    const due = scheduled.flat().map((id) => Number((state.get(id) ?? bodies.get(id) ?? '').slice(0, 16)))
    expect(count('due'), 'a lower bound of all due times').toBeLessThanOrEqual(Math.min(...due))
    expect(count('due')).toBeGreaterThan(0)
  }
}

const plain = { explicit: false, level: 'normal' as const, delayMs: 0, scheduledForMs: null, options: undefined, payload: '1' }
const call = {
  worker: 'w',
  leaseMs: 1000,
  retention: { completedCount: 9, completedAgeMs: 1, deadCount: 9, deadAgeMs: 1 },
  turns: [],
  idle: true,
}

const mixed = sequences({ min: 30, max: 60 })
const operators = sequences({ min: 30, max: 60 }, ['settle', 'redrive', 'cancel', 'promote', 'purge'])

it('whatever is called, each message lies in one place, nothing of a removed one is left, and the counters agree', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(mixed, operators), async ({ operations, turns }) => {
      const clock = new FakeClock()
      await connection.setTestClock(clock.now())
      const queue = `q${randomBytes(6).toString('hex')}`
      const store = new RedisStore(connection, queue)
      const player = new Player(() => clock.now(), turns)
      for (const operation of operations) {
        for (const step of player.steps(operation)) {
          clock.advance(step.advanceUs / 1000)
          await connection.setTestClock(clock.now())
          const { answer } = (await outcome(step.call(store))) as { answer?: unknown }
          if (answer !== undefined) step.heard?.(answer)
        }
      }
      await checkShelf(new Shelf(queue))
    }),
    { numRuns: 150 },
  )
})

it('an emptied queue leaves only its meta hash, marks, remembered ids and producers', async () => {
  const store = new RedisStore(connection, 'emptied')
  await connection.setTestClock(new FakeClock().now())
  const messages = ['a', 'b', 'c', 'd'].map((name, index) => ({
    ...plain,
    id: name.repeat(14),
    explicit: index === 3,
    delayMs: index === 2 ? 1000 : 0,
  }))
  await store.enqueue({ producer: 'p', number: 1, lowestUnanswered: 1, messages, maxLength: 0, wakeNobody: true })
  const nonce = '-----------'
  await store.claim({ ...call, number: 1, nonce, results: [], limit: 9 })
  const attempt = JSON.stringify({ attempt: 1, worker: 'w', startedAtMs: 1, runMs: 1, error: { name: 'E', message: 'x' } })
  await store.progress('w', 'a'.repeat(14), nonce, { ratio: 1, lines: ['x'] })
  const results = [
    { id: 'a'.repeat(14), nonce, kind: 'done', value: '1' },
    { id: 'b'.repeat(14), nonce, kind: 'dead', reason: 'x', attempt, terms: ['tag:x'] },
  ] as const
  await store.claim({ ...call, number: 2, nonce: '----------2', results, limit: 9 })
  await store.release('w')
  for (const state of ['waiting', 'dead', 'completed'] as const) await store.purge(state, 250)
  expect((await new Shelf('emptied').names()).sort()).toEqual(['explicit', 'explicit_order', 'marks', 'meta', 'producer:p'])
})

it('damaged bytes are given out as a payload that is no JSON, and a deleted record leaves the queue; what is behind them goes on', async () => {
  const store = new RedisStore(connection, 'damaged')
  await connection.setTestClock(new FakeClock().now())
  const names = ['a', 'b', 'c', 'd']
  const messages = names.map((name) => ({ ...plain, id: name.repeat(14), options: { name: 'mail' } }))
  await store.enqueue({ producer: 'p', number: 1, lowestUnanswered: 1, messages, maxLength: 0, wakeNobody: true })
  const bodies = 'millrace:{queue:damaged}:bodies'
  await connection.command('HSET', [bodies, 'a'.repeat(14), '"', 'c'.repeat(14), '18000000000000002{"name'])
  await connection.command('HDEL', [bodies, 'b'.repeat(14)])
  const given = await store.claim({ ...call, number: 1, nonce: '-----------', results: [], limit: 9 })
  expect(given.messages.map((message) => message.id[0])).toEqual(['a', 'c', 'd'])
  for (const { id, payload } of given.messages) {
    if (id[0] === 'd') expect(payload).toBe('1')
    else expect(() => JSON.parse(payload) as unknown).toThrow(SyntaxError)
  }
  expect(given.messages.map((message) => message.fence)).toEqual([0, 1, 2].map((index) => (given.messages[0]?.fence ?? 0) + index))
  const listed = await store.inspect.messages({ state: 'active', limit: 9 })
  expect(listed.messages).toHaveLength(3)
  const { counts, totals } = await store.inspect.stats()
  expect(counts.active + totals.removed).toBe(totals.enqueued)
})
