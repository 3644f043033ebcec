import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { idOf } from './test-worker.ts'

export const rules: Rules = {
  async 'a waiting message is removed: ready, scheduled or suspect'(stage) {
    await stage.enqueueEach(['suspect'])
    await stage.crash(2, 'suspect')
    await stage.enqueue([message('ready'), message('later', { delayMs: 1000 })])
    for (const name of ['ready', 'later', 'suspect']) {
      expect(await stage.store.cancel(idOf(name))).toBe('removed')
      expect(await stage.find(name)).toBeUndefined()
    }
    expect(await stage.stats()).toMatchObject({ counts: { ready: 0, scheduled: 0 }, suspects: 0, totals: { removed: 3 } })
  },

  async 'an active message is aborted: its claim is gone and a late result is stale'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(2)
    expect(await stage.store.cancel(idOf('a'))).toBe('aborted')
    expect(await stage.find('a')).toBeUndefined()
    expect((await worker.settle([worker.done('a'), worker.done('b')])).outcomes).toEqual(['stale', 'done'])
    expect(await stage.stats()).toMatchObject({ counts: { active: 0, completed: 1 }, totals: { removed: 1, stale: 1 } })
  },

  async 'the worker of an active message is told'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.enqueueEach(['x'])
    await stage.worker('a').claim(1)
    await stage.store.cancel(idOf('x'))
    expect(await ear.all()).toEqual(['a:cancel:x'])
  },

  async 'a completed or dead message stays as it is'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(2)
    await worker.settle([worker.done('a'), worker.dead('b')])
    expect(await stage.store.cancel(idOf('a'))).toBe('finished')
    expect(await stage.store.cancel(idOf('b'))).toBe('finished')
    expect((await stage.stats()).counts).toMatchObject({ completed: 1, dead: 1 })
  },

  async 'an unknown or removed message is not found'(stage) {
    await stage.enqueueEach(['a'])
    await stage.store.cancel(idOf('a'))
    expect(await stage.store.cancel(idOf('a'))).toBe('not-found')
    expect(await stage.store.cancel('nobody')).toBe('not-found')
    expect((await stage.stats()).totals.removed).toBe(1)
  },

  async 'a message waiting for its next attempt is removed with its history'(stage) {
    await stage.enqueue([message('mine', { explicit: true })])
    const worker = stage.worker()
    await worker.claim(1)
    await worker.settle([worker.failed('mine', 5000)])
    expect(await stage.store.cancel('mine')).toBe('removed')
    expect((await stage.stats()).counts.scheduled).toBe(0)
  },

  async 'after an alone message was aborted its worker goes on'(stage) {
    await stage.enqueueEach(['a'])
    await stage.crash(2, 'a')
    const worker = stage.worker()
    await worker.claim(1)
    await stage.store.cancel(idOf('a'))
    await stage.enqueueEach(['b'])
    expect(await worker.claim(1)).toMatchObject({ drain: false, messages: [{ id: idOf('b'), alone: false }] })
  },
}
