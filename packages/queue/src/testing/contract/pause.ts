import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { namesOf } from './test-worker.ts'

export const rules: Rules = {
  async 'a paused queue gives nothing but takes results and messages'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(1)
    await stage.store.pause()
    const answer = await worker.claim(5, { results: [worker.done('a')], idle: true })
    expect(answer).toMatchObject({ outcomes: ['done'], messages: [], paused: true, idle: true, leaseLost: false })
    expect(await stage.enqueue([message('c')])).toEqual(['added'])
    expect(await stage.stats()).toMatchObject({ paused: true, counts: { ready: 2, completed: 1 } })
  },

  async 'after resume it gives again'(stage) {
    await stage.enqueueEach(['a'])
    await stage.store.pause()
    const worker = stage.worker()
    await worker.claim(1)
    await stage.store.resume()
    expect(await stage.stats()).toMatchObject({ paused: false })
    const answer = await worker.claim(1)
    expect(answer.paused).toBe(false)
    expect(namesOf(answer.messages)).toEqual(['a'])
  },

  async 'pausing and resuming twice is as good as once'(stage) {
    await stage.store.pause()
    await stage.store.pause()
    expect((await stage.stats()).paused).toBe(true)
    await stage.store.resume()
    await stage.store.resume()
    expect((await stage.stats()).paused).toBe(false)
  },

  async 'nothing is promoted by a claim while paused'(stage) {
    await stage.enqueue([message('a', { delayMs: 1000 })])
    await stage.store.pause()
    await stage.advance(1000)
    const worker = stage.worker()
    expect((await worker.claim(5)).messages).toEqual([])
    await stage.store.resume()
    expect(namesOf((await worker.claim(5)).messages)).toEqual(['a'])
  },

  async 'resume wakes one idle worker'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.store.pause()
    await stage.worker('a').claim(1, { idle: true })
    await stage.advance(1)
    await stage.worker('b').claim(1, { idle: true })
    await stage.store.resume()
    expect(await ear.all()).toEqual(['a:wake'])
  },

  async 'a lease goes on while paused'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    await stage.store.pause()
    await stage.advance(15_000)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 1, redelivered: 1 })
  },
}
