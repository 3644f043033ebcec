import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { idOf, namesOf } from './test-worker.ts'

export const rules: Rules = {
  async 'what a worker holds goes back to its old place without an attempt, and its lease ends'(stage) {
    await stage.enqueueEach(['a', 'b', 'c'])
    const worker = stage.worker()
    await worker.claim(2)
    await stage.advance(1000)
    expect(await stage.store.release(worker.id)).toEqual({ released: 2, remaining: 0 })
    expect(await stage.listed({ state: 'ready' })).toEqual(['a', 'b', 'c'])
    expect(await stage.stored('a')).toMatchObject({ retries: 0, crashes: 0, worker: null })
    expect(await stage.stats()).toMatchObject({ workers: 0, counts: { ready: 3, active: 0 }, totals: { crashed: 0, retried: 0 } })
  },

  async 'after its release a worker has lost its lease'(stage) {
    const worker = stage.worker()
    await worker.claim(1)
    await stage.store.release(worker.id)
    expect((await worker.claim(1)).leaseLost).toBe(true)
    expect((await stage.store.renew(worker.id, 15_000)).held).toBe(false)
  },

  async 'without a lease nothing is released'(stage) {
    expect(await stage.store.release(idOf('nobody'))).toEqual({ released: 0, remaining: 0 })
  },

  async 'a repeated release changes nothing more'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    await stage.store.release(worker.id)
    await stage.worker('other').claim(1)
    expect(await stage.store.release(worker.id)).toEqual({ released: 0, remaining: 0 })
    expect((await stage.stats()).counts.active).toBe(1)
  },

  async '250 messages are handed back in a call, and the lease stays until the last'(stage) {
    const names = Array.from({ length: 300 }, (_, index) => `m${String(index).padStart(3, '0')}`)
    await stage.enqueue(names.slice(0, 150).map((name) => message(name)))
    await stage.enqueue(names.slice(150).map((name) => message(name)))
    const worker = stage.worker()
    await worker.claim(200)
    await worker.claim(100)
    expect(await stage.store.release(worker.id)).toEqual({ released: 250, remaining: 50 })
    expect(await stage.stats()).toMatchObject({ workers: 1, counts: { active: 50 } })
    expect(await stage.store.release(worker.id)).toEqual({ released: 50, remaining: 0 })
    expect((await stage.stats()).workers).toBe(0)
    expect(namesOf((await stage.worker('next').claim(250)).messages)).toEqual(names.slice(0, 250))
  },

  async 'a message that ran alone is suspect again'(stage) {
    await stage.enqueueEach(['a'])
    await stage.crash(2, 'a')
    const worker = stage.worker()
    expect((await worker.claim(1)).messages[0]?.alone).toBe(true)
    await stage.store.release(worker.id)
    expect(await stage.stats()).toMatchObject({ suspects: 1, counts: { ready: 1 } })
    expect((await stage.worker('next').claim(1)).messages).toMatchObject([{ id: idOf('a'), alone: true, crashes: 2 }])
  },

  async 'one idle worker is woken, if something was handed back'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.enqueueEach(['x', 'y'])
    const holder = stage.worker('holder')
    await holder.claim(2)
    await stage.worker('a').claim(1, { idle: true })
    await stage.advance(1)
    await stage.worker('b').claim(1, { idle: true })
    await stage.store.release(idOf('nobody'))
    await stage.store.release(holder.id)
    expect(await ear.all()).toEqual(['a:wake'])
  },

  async 'a released worker is no longer registered as idle'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.worker('a').claim(1, { idle: true })
    await stage.advance(1)
    await stage.worker('b').claim(1, { idle: true })
    await stage.store.release(idOf('a'))
    await stage.enqueue([message('x')])
    expect(await ear.all()).toEqual(['b:wake'])
  },
}
