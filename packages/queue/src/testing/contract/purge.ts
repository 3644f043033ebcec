import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { idOf } from './test-worker.ts'

export const rules: Rules = {
  async 'waiting goes ready first, then scheduled, then suspects, urgent to low'(stage) {
    await stage.enqueueEach(['suspect'])
    await stage.crash(2, 'suspect')
    await stage.enqueue([
      message('l', { level: 'low' }),
      message('u', { level: 'urgent' }),
      message('ln', { level: 'low', delayMs: 1000 }),
      message('hn', { level: 'high', delayMs: 9000 }),
    ])
    const left: string[] = []
    for (let call = 0; call < 5; call += 1) {
      expect(await stage.store.purge('waiting', 1)).toEqual({ changed: 1, more: call < 4 })
      const names = ['u', 'l', 'hn', 'ln', 'suspect']
      const found = await Promise.all(names.map((name) => stage.find(name)))
      left.push(names.filter((_, index) => found[index]).join(' '))
    }
    expect(left).toEqual(['l hn ln suspect', 'hn ln suspect', 'ln suspect', 'suspect', ''])
    expect(await stage.stats()).toMatchObject({ counts: { ready: 0, scheduled: 0 }, suspects: 0, totals: { removed: 5 } })
  },

  async 'active messages are never purged'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(1)
    expect(await stage.store.purge('waiting', 250)).toEqual({ changed: 1, more: false })
    expect((await worker.settle([worker.done('a')])).outcomes).toEqual(['done'])
  },

  async 'dead and completed go oldest first, with all that was kept of them'(stage) {
    await stage.enqueueEach(['a', 'b', 'c', 'd'])
    const worker = stage.worker()
    await worker.claim(4)
    await worker.settle([worker.dead('b', 'x', ['name:n'])])
    await worker.settle([worker.done('d', '1')])
    await stage.advance(1000)
    await worker.settle([worker.dead('a', 'x', ['name:n']), worker.done('c')])

    expect(await stage.store.purge('dead', 1)).toEqual({ changed: 1, more: true })
    expect(await stage.listed({ state: 'dead', term: 'name:n' })).toEqual(['a'])
    expect(await stage.store.purge('completed', 1)).toEqual({ changed: 1, more: true })
    expect(await stage.listed({ state: 'completed' })).toEqual(['c'])
    expect(await stage.find('d')).toBeUndefined()
    expect(await stage.store.purge('dead', 5)).toEqual({ changed: 1, more: false })
    expect(await stage.store.purge('completed', 5)).toEqual({ changed: 1, more: false })
    expect((await stage.stats()).totals).toMatchObject({ removed: 4, dead: 2, completed: 2 })
  },

  async 'an empty queue has nothing to purge'(stage) {
    for (const state of ['waiting', 'dead', 'completed'] as const) {
      expect(await stage.store.purge(state, 250)).toEqual({ changed: 0, more: false })
    }
  },

  async "an id made by the store's user stays taken after the purge"(stage) {
    const mine = message('mine', { explicit: true })
    await stage.enqueue([mine])
    await stage.store.purge('waiting', 5)
    expect(await stage.enqueue([mine])).toEqual(['duplicate'])
    expect(await stage.store.cancel(idOf('mine'))).toBe('not-found')
  },
}
