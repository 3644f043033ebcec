import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { freshNonce, idOf, keepAll, namesOf } from './test-worker.ts'

export const rules: Rules = {
  async 'a message done is completed, with its value'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    const { claimedAtMs } = await worker.claim(2)
    expect(await worker.settle([worker.done('b', '{"ok":true}'), worker.done('a')])).toEqual({
      outcomes: ['done', 'done'],
      leaseLost: false,
    })
    const b = await stage.stored('b')
    expect(b).toMatchObject({ state: 'completed', value: '{"ok":true}', worker: null })
    expect(Math.abs((b.atMs ?? 0) - claimedAtMs)).toBeLessThanOrEqual(100)
    expect((await stage.stored('a')).value).toBeNull()
    expect(await stage.stats()).toMatchObject({ counts: { active: 0, completed: 2 }, totals: { completed: 2 } })
  },

  async 'settle claims nothing and prolongs the lease'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(1)
    await stage.advance(14_000)
    await worker.settle([])
    await stage.advance(14_000)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 0 })
    expect((await stage.stats()).counts).toMatchObject({ ready: 1, active: 1 })
  },

  async 'beyond completedCount the oldest leave and are counted as removed'(stage) {
    await stage.enqueueEach(['a', 'b', 'c'])
    const worker = stage.worker()
    await worker.claim(3)
    await worker.settle([worker.done('b', '1')])
    await stage.advance(1000)
    await worker.settle([worker.done('a'), worker.done('c')], { retention: { ...keepAll, completedCount: 2 } })
    expect(await stage.find('b')).toBeUndefined()
    expect(await stage.listed({ state: 'completed' })).toEqual(['c', 'a'])
    expect(await stage.stats()).toMatchObject({ counts: { completed: 2 }, totals: { completed: 3, removed: 1 } })
  },

  async 'completedCount 0 keeps none'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(2)
    await worker.settle([worker.done('a', '1'), worker.done('b')], { retention: { ...keepAll, completedCount: 0 } })
    expect(await stage.find('a')).toBeUndefined()
    expect(await stage.stats()).toMatchObject({ counts: { completed: 0 }, totals: { completed: 2, removed: 2 } })
  },

  async 'a failed attempt waits its delay in its level and counts as a retry'(stage) {
    await stage.enqueue([message('a', { level: 'high' })])
    const worker = stage.worker()
    const { claimedAtMs } = await worker.claim(1)
    await worker.settle([worker.failed('a', 2500, { error: { name: 'TypeError', message: 'x is undefined', stack: 'at y' } })])
    const found = await stage.stored('a')
    expect(found).toMatchObject({
      state: 'scheduled',
      level: 'high',
      retries: 1,
      atMs: claimedAtMs + 2500,
      scheduledForMs: null,
      worker: null,
    })
    expect(found.attempts).toEqual([
      {
        attempt: 1,
        worker: worker.id,
        startedAtMs: 1_800_000_000_000,
        runMs: 5,
        error: { name: 'TypeError', message: 'x is undefined', stack: 'at y' },
      },
    ])
    expect((await stage.stats()).totals).toMatchObject({ retried: 1, dead: 0, completed: 0 })

    await stage.advance(2500)
    expect((await worker.claim(1)).messages).toMatchObject([{ id: idOf('a'), level: 'high', retries: 1, readyAtMs: claimedAtMs + 2500 }])
  },

  async 'a failed attempt without delay is due at once'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    const { messages } = await worker.claim(1, { results: [worker.failed('a', 0)] })
    expect(messages).toMatchObject([{ id: idOf('a'), retries: 1 }])
  },

  async 'the newest 20 attempts are kept, newest last, and survive completion'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    for (let attempt = 1; attempt <= 22; attempt += 1) await worker.claim(1, { results: [worker.failed('a', 0, { attempt })] })
    const numbers = async () => (await stage.stored('a')).attempts.map((record) => record.attempt)
    expect(await numbers()).toEqual(Array.from({ length: 20 }, (_, index) => index + 3))
    await worker.settle([worker.done('a')])
    expect(await numbers()).toHaveLength(20)
  },

  async 'a message given up is dead with its reason, and found by its terms'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    const { claimedAtMs } = await worker.claim(2)
    await worker.settle([worker.dead('a', 'no such user', ['name:mail', 'error:abc']), worker.dead('b', 'retries', ['name:mail'])])
    expect(await stage.stored('a')).toMatchObject({ state: 'dead', reason: 'no such user', retries: 1, atMs: claimedAtMs, worker: null })
    expect((await stage.stored('a')).attempts).toHaveLength(1)
    expect(await stage.listed({ state: 'dead', term: 'error:abc' })).toEqual(['a'])
    expect((await stage.listed({ state: 'dead', term: 'name:mail' })).sort()).toEqual(['a', 'b'])
    expect(await stage.stats()).toMatchObject({ counts: { dead: 2 }, totals: { dead: 2, retried: 0 } })
  },

  async 'beyond deadCount the oldest dead leave, with their terms'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(2)
    await worker.settle([worker.dead('b', 'x', ['name:n'])])
    await stage.advance(1)
    await worker.settle([worker.dead('a', 'x', ['name:n'])], { retention: { ...keepAll, deadCount: 1 } })
    expect(await stage.listed({ state: 'dead' })).toEqual(['a'])
    expect(await stage.listed({ state: 'dead', term: 'name:n' })).toEqual(['a'])
    expect(await stage.find('b')).toBeUndefined()
    expect((await stage.stats()).totals).toMatchObject({ dead: 2, removed: 1 })
  },

  async 'what is handed back wakes an idle worker, unless the same call takes it again'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.enqueueEach(['x', 'y'])
    const worker = stage.worker()
    await worker.claim(2)
    await stage.worker('a').claim(1, { idle: true })
    await stage.advance(1)
    await stage.worker('b').claim(1, { idle: true })
    await worker.claim(2, { results: [worker.released('x')] })
    await worker.settle([worker.released('x'), worker.released('y')])
    expect(await ear.all()).toEqual(['a:wake'])
  },

  async 'a released message is back at its old place without an attempt'(stage) {
    await stage.enqueueEach(['a', 'b', 'c'])
    const worker = stage.worker()
    await worker.claim(2)
    await stage.advance(1000)
    await worker.settle([worker.released('b')])
    expect(await stage.listed({ state: 'ready' })).toEqual(['b', 'c'])
    expect(await stage.stored('b')).toMatchObject({ retries: 0, crashes: 0, attempts: [], worker: null })
    expect((await stage.stats()).totals).toMatchObject({ retried: 0, crashed: 0, stale: 0 })
  },

  async 'a result with another nonce is stale: it changes nothing and is counted'(stage) {
    await stage.enqueueEach(['a', 'b', 'c', 'd'])
    const worker = stage.worker()
    await worker.claim(4)
    const wrong = [worker.done('a', '1'), worker.failed('b'), worker.dead('c', 'x', ['name:n']), worker.released('d')]
    const { outcomes } = await worker.settle(wrong.map((result) => ({ ...result, nonce: freshNonce() })))
    expect(outcomes).toEqual(['stale', 'stale', 'stale', 'stale'])
    expect(await stage.stats()).toMatchObject({
      counts: { active: 4, ready: 0, scheduled: 0, dead: 0, completed: 0 },
      totals: { stale: 4, completed: 0, retried: 0, dead: 0 },
    })
  },

  async 'a result for an unknown message is stale'(stage) {
    const worker = stage.worker()
    await worker.claim(1)
    expect((await worker.settle([worker.done('nobody')])).outcomes).toEqual(['stale'])
    expect((await stage.stats()).totals.stale).toBe(1)
  },

  async 'a second result for a message in one call is stale'(stage) {
    await stage.enqueueEach(['a', 'b', 'c'])
    const worker = stage.worker()
    await worker.claim(3)
    const results = [worker.done('a'), worker.failed('a'), worker.dead('b'), worker.done('b'), worker.released('c'), worker.released('c')]
    expect((await worker.settle(results)).outcomes).toEqual(['done', 'stale', 'done', 'stale', 'done', 'stale'])
    expect(await stage.stats()).toMatchObject({ counts: { completed: 1, dead: 1, ready: 1, scheduled: 0 }, totals: { stale: 3 } })
  },

  async 'outcomes stand in the order of the results'(stage) {
    await stage.enqueueEach(['a', 'b', 'c'])
    const worker = stage.worker()
    await worker.claim(3)
    const results = [worker.failed('c'), worker.done('nobody'), worker.done('a'), worker.dead('b')]
    expect((await worker.settle(results)).outcomes).toEqual(['done', 'stale', 'done', 'done'])
  },

  async '250 results of all kinds go in one call'(stage) {
    const names = Array.from({ length: 250 }, (_, index) => `m${String(index).padStart(3, '0')}`)
    await stage.enqueue(names.map((name) => message(name)))
    const worker = stage.worker()
    expect(namesOf((await worker.claim(250)).messages)).toEqual(names)
    const kinds = [worker.done, worker.failed, worker.dead, worker.released] as const
    const { outcomes } = await worker.settle(names.map((name, index) => (kinds[index % 4] ?? worker.done).call(worker, name)))
    expect(new Set(outcomes)).toEqual(new Set(['done']))
    expect((await stage.stats()).counts).toMatchObject({ completed: 63, dead: 62, active: 0 })
  },
}
