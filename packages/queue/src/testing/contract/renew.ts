import { expect } from 'vitest'
import type { RenewAnswer } from '../../store/store.ts'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { idOf } from './test-worker.ts'

export const rules: Rules = {
  async 'renewing prolongs the lease from now'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    await stage.advance(14_000)
    expect((await stage.store.renew(worker.id, 15_000)).held).toBe(true)
    await stage.advance(14_999)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 0 })
    await stage.advance(1)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 1 })
  },

  async 'a worker without a lease hears that it is lost'(stage) {
    expect(await stage.store.renew(idOf('nobody'), 15_000)).toEqual({ held: false, dueInMs: null, leaseEndInMs: null })
    const worker = stage.worker()
    await worker.claim(1)
    await stage.advance(15_000)
    await stage.store.rescue(15_000)
    expect((await stage.store.renew(worker.id, 15_000)).held).toBe(false)
    expect((await stage.stats()).workers).toBe(0)
  },

  async 'a lease that ended but was not rescued is prolonged'(stage) {
    const worker = stage.worker()
    await worker.claim(1)
    await stage.advance(60_000)
    expect((await stage.store.renew(worker.id, 15_000)).held).toBe(true)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 0 })
  },

  async 'the answer carries the next due time and the next lease end of another worker'(stage) {
    const worker = stage.worker()
    await worker.claim(1)
    await stage.worker('other').claim(1, { leaseMs: 9000 })
    await stage.enqueue([message('a', { delayMs: 4000 })])
    await stage.advance(1000)
    expect(await stage.store.renew(worker.id, 15_000)).toEqual({ held: true, dueInMs: 3000, leaseEndInMs: 8000 })
    expect(await stage.store.renew(idOf('other'), 15_000)).toEqual({ held: true, dueInMs: null, leaseEndInMs: 15_000 })
  },

  async 'keepRenewing renews until it is stopped'(stage) {
    const worker = stage.worker()
    await worker.claim(1)
    const answers: RenewAnswer[] = []
    const errors: unknown[] = []
    const renewing = stage.store.keepRenewing(worker.id, {
      leaseMs: 15_000,
      maxStallMs: 60_000,
      onAnswer: (answer) => answers.push(answer),
      onError: (error) => errors.push(error),
    })
    stage.afterwards(() => renewing.stop())
    await expect
      .poll(
        async () => {
          await stage.advance(100)
          return answers.length
        },
        { timeout: 10_000, interval: 50 },
      )
      .toBeGreaterThan(0)
    await renewing.stop()
    expect(answers[0]).toEqual({ held: true, dueInMs: null, leaseEndInMs: null })
    expect(errors).toEqual([])
  },

  async 'keepRenewing says when the lease is lost'(stage) {
    const lost = new Promise<RenewAnswer>((resolve) => {
      const renewing = stage.store.keepRenewing(idOf('nobody'), {
        leaseMs: 15_000,
        maxStallMs: 60_000,
        onAnswer: resolve,
        onError: () => {},
      })
      stage.afterwards(() => renewing.stop())
    })
    let heard: RenewAnswer | undefined
    void lost.then((answer) => (heard = answer))
    await expect
      .poll(
        async () => {
          await stage.advance(100)
          return heard
        },
        { timeout: 10_000, interval: 50 },
      )
      .toEqual({ held: false, dueInMs: null, leaseEndInMs: null })
  },
}
