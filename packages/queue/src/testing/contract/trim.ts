import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { keepAll } from './test-worker.ts'

export const rules: Rules = {
  async 'what retention keeps stays'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(2)
    await worker.settle([worker.done('a'), worker.dead('b')])
    expect(await stage.store.trim(keepAll)).toEqual({ changed: 0, more: false })
    expect((await stage.stats()).counts).toMatchObject({ completed: 1, dead: 1 })
  },

  async 'the oldest beyond the counts leave and are counted as removed'(stage) {
    await stage.enqueueEach(['a', 'b', 'c', 'd', 'e', 'f'])
    const worker = stage.worker()
    await worker.claim(6)
    for (const result of [worker.done('b'), worker.done('a'), worker.done('c'), worker.dead('e'), worker.dead('d'), worker.dead('f')]) {
      await worker.settle([result])
      await stage.advance(200)
    }
    expect(await stage.store.trim({ ...keepAll, completedCount: 2, deadCount: 1 })).toEqual({ changed: 3, more: false })
    expect(await stage.listed({ state: 'completed' })).toEqual(['c', 'a'])
    expect(await stage.listed({ state: 'dead' })).toEqual(['f'])
    expect((await stage.stats()).totals.removed).toBe(3)
  },

  async 'what is older than its age leaves, completed to a tenth of a second'(stage) {
    await stage.enqueueEach(['a', 'b', 'c', 'd'])
    const worker = stage.worker()
    await worker.claim(4)
    await worker.settle([worker.done('a', '1'), worker.dead('b', 'x', ['name:n'])])
    await stage.advance(1000)
    await worker.settle([worker.done('c'), worker.dead('d', 'x', ['name:n'])])
    const retention = { ...keepAll, completedAgeMs: 5000, deadAgeMs: 5000 }
    await stage.advance(3900)
    expect(await stage.store.trim(retention)).toEqual({ changed: 0, more: false })
    await stage.advance(200)
    expect(await stage.store.trim(retention)).toEqual({ changed: 2, more: false })
    expect(await stage.listed({ state: 'completed' })).toEqual(['c'])
    expect(await stage.listed({ state: 'dead', term: 'name:n' })).toEqual(['d'])
    expect(await stage.find('a')).toBeUndefined()
  },

  async '250 leave in a call, completed before dead'(stage) {
    const names = Array.from({ length: 300 }, (_, index) => `m${String(index).padStart(3, '0')}`)
    await stage.enqueue(names.slice(0, 200).map((name) => message(name)))
    await stage.enqueue(names.slice(200).map((name) => message(name)))
    const worker = stage.worker()
    await worker.claim(200)
    await worker.claim(100, { results: names.slice(0, 200).map((name) => worker.done(name)) })
    await worker.settle(names.slice(200).map((name) => worker.dead(name)))
    const none = { ...keepAll, completedCount: 0, deadCount: 0 }
    expect(await stage.store.trim(none)).toEqual({ changed: 250, more: true })
    expect((await stage.stats()).counts).toMatchObject({ completed: 0, dead: 50 })
    expect(await stage.store.trim(none)).toEqual({ changed: 50, more: false })
  },

  async 'an explicit id is free again after 24 h, and not before'(stage) {
    const mine = message('mine', { explicit: true })
    await stage.enqueue([mine])
    await stage.store.cancel('mine')
    await stage.advance(86_300_000)
    await stage.store.trim(keepAll)
    expect(await stage.enqueue([mine])).toEqual(['duplicate'])
    await stage.advance(200_000)
    expect(await stage.store.trim(keepAll)).toEqual({ changed: 1, more: false })
    expect(await stage.enqueue([mine])).toEqual(['added'])
  },

  async 'waiting and active messages stay, however old'(stage) {
    await stage.enqueue([message('a'), message('b'), message('c', { delayMs: 1000 })])
    await stage.worker().claim(1)
    await stage.advance(864_000_000)
    expect(await stage.store.trim({ completedCount: 0, completedAgeMs: 0, deadCount: 0, deadAgeMs: 0 })).toEqual({
      changed: 0,
      more: false,
    })
    expect((await stage.stats()).counts).toMatchObject({ ready: 2, active: 1 })
  },
}
