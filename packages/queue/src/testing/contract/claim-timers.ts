import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { idOf } from './test-worker.ts'

/** Rules of `claim` about the two timers its answer arms: the next due message, and the next lease end. */
export const claimTimers: Rules = {
  async 'a short answer tells when the next message is due'(stage) {
    await stage.enqueue([message('a', { delayMs: 5000 }), message('b', { delayMs: 2000, level: 'low' })])
    await stage.advance(0.25)
    const worker = stage.worker()
    expect((await worker.claim(1)).dueInMs).toBe(2000)
    await stage.advance(1999.75)
    expect((await worker.claim(2)).dueInMs).toBe(3000)
  },

  async 'the due time is that of what is scheduled now, not of what was'(stage) {
    await stage.enqueue([message('a', { delayMs: 5000 }), message('b', { delayMs: 2000 })])
    await stage.store.cancel(idOf('b'))
    expect((await stage.worker().claim(1)).dueInMs).toBe(5000)
  },

  async 'without a scheduled message there is no due time'(stage) {
    await stage.enqueueEach(['a'])
    expect((await stage.worker().claim(2)).dueInMs).toBeNull()
  },

  async 'one worker has the timer; the others get null'(stage) {
    await stage.enqueue([message('a', { delayMs: 5000 })])
    const [one, two] = [stage.worker('one'), stage.worker('two')]
    expect((await one.claim(1)).dueInMs).toBe(5000)
    expect((await two.claim(1)).dueInMs).toBeNull()
    expect((await one.claim(1)).dueInMs).toBe(5000)
  },

  async 'the timer passes on when something is due earlier'(stage) {
    await stage.enqueue([message('a', { delayMs: 5000 })])
    await stage.worker('one').claim(1)
    await stage.enqueue([message('b', { delayMs: 3000 })])
    expect((await stage.worker('two').claim(1)).dueInMs).toBe(3000)
  },

  async 'a failed attempt that is due earlier wakes the worker that has the timer'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.enqueue([message('x', { delayMs: 5000 })], { wakeNobody: true })
    await stage.worker('a').claim(1)
    await stage.enqueue([message('y')], { wakeNobody: true })
    const b = stage.worker('b')
    await b.claim(1)
    await b.settle([b.failed('y', 1000)])
    expect(await ear.all()).toEqual(['a:wake'])
  },

  async 'a claim that finds something due and takes nothing wakes an idle worker'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.enqueue([message('x', { delayMs: 5000 })], { wakeNobody: true })
    const busy = stage.worker('busy')
    expect((await busy.claim(0)).dueInMs).toBe(5000)
    await stage.worker('a').claim(1, { idle: true })
    await stage.advance(1)
    await stage.worker('b').claim(1, { idle: true })
    await stage.advance(4999)
    await busy.claim(0)
    await busy.claim(0)
    expect(await ear.all()).toEqual(['a:wake'])
  },

  async 'on a paused queue what is due wakes nobody'(stage) {
    const ear = await stage.ear('a')
    await stage.enqueue([message('x', { delayMs: 5000 })], { wakeNobody: true })
    await stage.worker('a').claim(1, { idle: true })
    await stage.store.pause()
    await stage.advance(5000)
    await stage.worker('busy').claim(0)
    expect(await ear.all()).toEqual([])
  },

  async 'the timer passes on when its worker is gone'(stage) {
    await stage.enqueue([message('a', { delayMs: 5000 })])
    await stage.worker('one').claim(1)
    await stage.store.release(idOf('one'))
    expect((await stage.worker('two').claim(1)).dueInMs).toBe(5000)
  },

  async 'the timer passes on when it is more than a second late'(stage) {
    await stage.store.pause()
    await stage.enqueue([message('a', { delayMs: 5000 })])
    const two = stage.worker('two')
    await stage.worker('one').claim(1)
    await stage.advance(6000)
    expect((await two.claim(1)).dueInMs).toBeNull()
    await stage.advance(0.001)
    expect((await two.claim(1)).dueInMs).toBe(0)
  },

  async 'a full answer names neither timer'(stage) {
    await stage.worker('other').claim(1)
    await stage.enqueue([message('a'), message('b', { delayMs: 5000 })])
    expect(await stage.worker().claim(1)).toMatchObject({ dueInMs: null, leaseEndInMs: null })
  },

  async 'a short answer tells when the next lease of another worker ends'(stage) {
    const worker = stage.worker()
    expect((await worker.claim(1)).leaseEndInMs).toBeNull()
    await stage.worker('other').claim(1, { leaseMs: 8000 })
    await stage.worker('third').claim(1, { leaseMs: 9000 })
    await stage.advance(1000)
    expect((await worker.claim(1)).leaseEndInMs).toBe(7000)
    await stage.advance(9000)
    expect((await worker.claim(0)).leaseEndInMs).toBe(0)
  },
}
