import { expect } from 'vitest'
import type { MessageState } from '../../message.ts'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import type { Stage } from './stage.ts'
import { nameOf } from './test-worker.ts'

/** Names of all messages of a state, read in pages of two. */
async function paged(stage: Stage, state: MessageState, level?: 'low'): Promise<string[]> {
  const names: string[] = []
  let cursor: string | undefined
  for (let page = 0; page < 50; page += 1) {
    const found = await stage.store.inspect.messages({
      state,
      limit: 2,
      ...(level ? { level } : {}),
      ...(cursor === undefined ? {} : { cursor }),
    })
    expect(found.messages.length).toBeLessThanOrEqual(2)
    names.push(...found.messages.map((one) => nameOf(one.id)))
    cursor = found.cursor
    if (cursor === undefined) break
  }
  return names
}

export const rules: Rules = {
  async 'an unused queue has figures of zero and no message'(stage) {
    const stats = await stage.stats()
    expect(stats.counts).toEqual({ ready: 0, scheduled: 0, active: 0, completed: 0, dead: 0 })
    expect(stats.totals).toEqual({ enqueued: 0, completed: 0, retried: 0, dead: 0, removed: 0, stale: 0, crashed: 0 })
    expect(stats.perSecond).toEqual({ enqueued: 0, completed: 0, failed: 0 })
    expect(stats.levels.map((one) => one.level)).toEqual(['urgent', 'high', 'normal', 'low'])
    expect(stats.levels[0]).toEqual({ level: 'urgent', ready: 0, scheduled: 0, oldestAgeMs: null, claimedLastMinute: 0 })
    expect(await stage.find('nobody')).toBeUndefined()
    expect(await stage.store.inspect.messages({ state: 'ready', limit: 10 })).toEqual({ messages: [], truncated: false })
  },

  async 'a cursor that no page gave is refused, whatever the state'(stage) {
    await stage.enqueueEach(['a', 'b'])
    for (const state of ['ready', 'scheduled', 'active', 'completed', 'dead'] as const) {
      for (const cursor of ['', 'nonsense', '-1', '1.5', 'NaN', '0x1', 'a b c', '{}']) {
        await expect(stage.store.inspect.messages({ state, limit: 1, cursor }), `${state} ${cursor}`).rejects.toMatchObject({
          code: 'OPTION_INVALID',
          message: expect.stringContaining(`a page of ${state} messages`),
        })
      }
    }
  },

  async 'a due message counts as ready before anybody promoted it'(stage) {
    await stage.enqueue([message('a', { level: 'low', delayMs: 1000 }), message('b', { level: 'low', delayMs: 5000 })])
    await stage.advance(3000)
    const stats = await stage.stats()
    expect(stats.counts).toMatchObject({ ready: 1, scheduled: 1 })
    expect(stats.levels[3]).toMatchObject({ ready: 1, scheduled: 1, oldestAgeMs: 2000 })
  },

  async 'the oldest age is that of what has waited longest in the level'(stage) {
    await stage.enqueueEach(['a'])
    await stage.advance(1500)
    await stage.enqueueEach(['b'])
    await stage.enqueue([message('u', { level: 'urgent' })])
    await stage.advance(500)
    const ages = async () => (await stage.stats()).levels.map((one) => one.oldestAgeMs)
    expect(await ages()).toEqual([500, null, 2000, null])
    const worker = stage.worker()
    await worker.claim(1, { turns: [] })
    await worker.claim(1, { turns: [] })
    expect(await ages()).toEqual([null, null, 500, null])
  },

  async 'rates are means over the last minute'(stage) {
    await stage.advance(10_000)
    await stage.enqueueEach(['a', 'b', 'c', 'd', 'e', 'f'])
    const worker = stage.worker()
    await worker.claim(4)
    await worker.settle([worker.done('a'), worker.done('b'), worker.failed('c', 60_000), worker.dead('d')])
    const stats = await stage.stats()
    expect(stats.perSecond).toEqual({ enqueued: 6 / 60, completed: 2 / 60, failed: 2 / 60 })
    expect(stats.levels[2]?.claimedLastMinute).toBe(4)
    await stage.advance(80_000)
    expect((await stage.stats()).perSecond).toEqual({ enqueued: 0, completed: 0, failed: 0 })
    expect((await stage.stats()).levels[2]?.claimedLastMinute).toBe(0)
  },

  async 'a rate counts what happened since the oldest mark of the last minute'(stage) {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']) {
      await stage.enqueueEach([name])
      await stage.advance(10_000)
    }
    expect((await stage.stats()).perSecond.enqueued).toBe(6 / 60)
  },

  async 'workers counts those with a lease that has not ended, rescued or not'(stage) {
    await stage.worker('a').claim(1)
    await stage.advance(5_000)
    await stage.worker('b').claim(1)
    expect((await stage.stats()).workers).toBe(2)
    await stage.advance(10_000)
    expect((await stage.stats()).workers).toBe(1)
    await stage.advance(5_000)
    expect((await stage.stats()).workers).toBe(0)
  },

  async 'ready goes urgent to low, then suspects; pages visit each message once'(stage) {
    await stage.enqueueEach(['suspect'])
    await stage.crash(2, 'suspect')
    await stage.enqueue([
      message('l1', { level: 'low' }),
      message('l2', { level: 'low' }),
      message('n1'),
      message('u1', { level: 'urgent' }),
    ])
    expect(await paged(stage, 'ready')).toEqual(['u1', 'n1', 'l1', 'l2', 'suspect'])
    expect(await paged(stage, 'ready', 'low')).toEqual(['l1', 'l2'])
  },

  async 'scheduled goes urgent to low, earliest due first'(stage) {
    await stage.enqueue([
      message('l', { level: 'low', delayMs: 1000 }),
      message('u2', { level: 'urgent', delayMs: 3000 }),
      message('u1', { level: 'urgent', delayMs: 2000 }),
    ])
    expect(await paged(stage, 'scheduled')).toEqual(['u1', 'u2', 'l'])
    expect(await paged(stage, 'scheduled', 'low')).toEqual(['l'])
  },

  async 'active goes by worker, then by id'(stage) {
    await stage.enqueueEach(['c', 'a', 'b', 'd', 'e'])
    await stage.worker('two').claim(3)
    await stage.worker('one').claim(2)
    expect(await paged(stage, 'active')).toEqual(['d', 'e', 'a', 'b', 'c'])
  },

  async 'dead goes newest first, all or those of one term'(stage) {
    await stage.enqueueEach(['a', 'b', 'c'])
    await stage.enqueue([message('l', { level: 'low' })])
    const worker = stage.worker()
    await worker.claim(4)
    for (const name of ['b', 'a', 'l', 'c']) {
      await worker.settle([worker.dead(name, 'x', name === 'a' ? ['tag:other'] : ['tag:mine', 'name:n'])])
      await stage.advance(1)
    }
    expect(await paged(stage, 'dead')).toEqual(['c', 'l', 'a', 'b'])
    expect(await paged(stage, 'dead', 'low')).toEqual(['l'])
    expect(await stage.listed({ state: 'dead', term: 'tag:mine' })).toEqual(['c', 'l', 'b'])
    expect(await stage.listed({ state: 'dead', term: 'tag:mine', level: 'low' })).toEqual(['l'])
    expect(await stage.listed({ state: 'dead', term: 'tag:nobody' })).toEqual([])
  },

  async 'completed goes newest first'(stage) {
    await stage.enqueueEach(['a', 'b', 'c', 'd'])
    const worker = stage.worker()
    await worker.claim(4)
    for (const name of ['b', 'd', 'a', 'c']) {
      await worker.settle([worker.done(name)])
      await stage.advance(150)
    }
    expect(await paged(stage, 'completed')).toEqual(['c', 'a', 'd', 'b'])
  },

  async 'reading changes nothing'(stage) {
    await stage.enqueue([message('a', { delayMs: 1000 }), message('b')])
    await stage.advance(1000)
    const before = await stage.stats()
    for (const state of ['ready', 'scheduled', 'active', 'completed', 'dead'] as const) await stage.listed({ state })
    await stage.stored('a')
    expect(await stage.stats()).toEqual(before)
  },
}
