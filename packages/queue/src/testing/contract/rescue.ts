import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { rescueSuspects } from './rescue-suspects.ts'
import { message } from './stage.ts'
import { idOf, namesOf } from './test-worker.ts'

export const rules: Rules = {
  async 'a message whose lease ended is ready again at its old place, with one crash'(stage) {
    await stage.enqueueEach(['a', 'b', 'c'])
    const worker = stage.worker()
    await worker.claim(2)
    await stage.advance(15_000)
    expect(await stage.store.rescue(15_000)).toEqual({ workers: 1, redelivered: 2, suspects: 0, dead: 0, more: false })
    expect(await stage.listed({ state: 'ready' })).toEqual(['a', 'b', 'c'])
    expect(await stage.stored('a')).toMatchObject({ retries: 0, crashes: 1, worker: null })
    expect(await stage.stats()).toMatchObject({ workers: 0, suspects: 0, totals: { crashed: 2, retried: 0 } })
    expect((await stage.worker('next').claim(1)).messages).toMatchObject([{ id: idOf('a'), crashes: 1, alone: false }])
  },

  async 'a lease that still runs is left alone, to the last microsecond'(stage) {
    await stage.enqueueEach(['a'])
    await stage.worker().claim(1)
    await stage.advance(14_999.999)
    expect(await stage.store.rescue(15_000)).toEqual({ workers: 0, redelivered: 0, suspects: 0, dead: 0, more: false })
    await stage.advance(0.001)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 1, redelivered: 1 })
  },

  async 'a worker that holds nothing is forgotten too'(stage) {
    const worker = stage.worker()
    await worker.claim(1, { idle: true })
    await stage.advance(15_000)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 1, redelivered: 0 })
    expect((await stage.stats()).workers).toBe(0)
    expect((await worker.claim(1)).leaseLost).toBe(true)
  },

  async 'a second rescue finds nothing'(stage) {
    await stage.enqueueEach(['a'])
    await stage.worker().claim(1)
    await stage.advance(15_000)
    await stage.store.rescue(15_000)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 0, redelivered: 0 })
    expect((await stage.stats()).totals.crashed).toBe(1)
  },

  async 'only workers whose lease ended are rescued'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const [one, two] = [stage.worker('one'), stage.worker('two')]
    await one.claim(1)
    await two.claim(1)
    await stage.advance(10_000)
    await stage.store.renew(two.id, 15_000)
    await stage.advance(5_000)
    await stage.store.rescue(15_000)
    expect(await stage.listed({ state: 'ready' })).toEqual(['a'])
    expect(await stage.listed({ state: 'active' })).toEqual(['b'])
  },

  async 'at most ten workers are rescued in a call; more says that some are left'(stage) {
    const names = Array.from({ length: 12 }, (_, index) => `w${String(index).padStart(2, '0')}`)
    await stage.enqueue(names.map((name) => message(name)))
    for (const name of names) await stage.worker(name).claim(1)
    await stage.advance(15_000)
    expect(await stage.store.rescue(15_000)).toEqual({ workers: 10, redelivered: 10, suspects: 0, dead: 0, more: true })
    expect(await stage.store.rescue(15_000)).toEqual({ workers: 2, redelivered: 2, suspects: 0, dead: 0, more: false })
  },

  async 'at most 250 messages are given back in a call, each once'(stage) {
    const names = Array.from({ length: 300 }, (_, index) => `m${String(index).padStart(3, '0')}`)
    await stage.enqueue(names.slice(0, 150).map((name) => message(name)))
    await stage.enqueue(names.slice(150).map((name) => message(name)))
    await stage.worker('one').claim(200)
    await stage.worker('two').claim(100)
    await stage.advance(15_000)
    expect(await stage.store.rescue(15_000)).toMatchObject({ redelivered: 250, more: true })
    expect(await stage.store.rescue(15_000)).toMatchObject({ redelivered: 50, more: false })
    expect(await stage.stats()).toMatchObject({ workers: 0, counts: { ready: 300 }, totals: { crashed: 300 } })
  },

  async "a rescued worker's results are stale"(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    const late = worker.done('a')
    await stage.advance(15_000)
    await stage.store.rescue(15_000)
    const next = stage.worker('next')
    await next.claim(1)
    expect((await worker.settle([late])).outcomes).toEqual(['stale'])
    expect((await stage.stored('a')).worker).toBe(next.id)
  },

  async 'one idle worker is woken, if something came back'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.worker('dead').claim(1)
    await stage.enqueue([message('x'), message('y')])
    await stage.worker('victim').claim(2)
    await stage.advance(14_000)
    await stage.store.renew(idOf('marker'), 60_000)
    await stage.worker('a').claim(1, { idle: true })
    await stage.advance(1000)
    await stage.worker('b').claim(1, { idle: true })
    await stage.store.rescue(15_000)
    expect(await ear.all()).toEqual(['a:wake'])
  },

  async 'a rescued worker is no longer registered as idle'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.worker('a').claim(1, { idle: true })
    await stage.advance(14_000)
    await stage.store.renew(idOf('marker'), 60_000)
    await stage.worker('b').claim(1, { idle: true })
    await stage.advance(1000)
    await stage.store.rescue(15_000)
    await stage.enqueue([message('x')])
    expect(await ear.all()).toEqual(['b:wake'])
  },

  async 'a message that failed after a crash keeps its crash'(stage) {
    await stage.enqueueEach(['a'])
    await stage.crash(1, 'a')
    const worker = stage.worker()
    await worker.claim(1)
    await worker.settle([worker.failed('a')])
    expect(await stage.stored('a')).toMatchObject({ crashes: 1, retries: 1 })
    expect(namesOf((await worker.claim(1)).messages)).toEqual(['a'])
    await stage.advance(15_000)
    expect(await stage.store.rescue(15_000)).toMatchObject({ suspects: 1 })
  },

  ...rescueSuspects,
}
