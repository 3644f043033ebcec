import { describe, expect, it } from 'vitest'
import { message, Stage } from './contract/stage.ts'
import { FakeClock } from './fake-clock.ts'
import { FlakyStore } from './flaky-store.ts'
import type { StoreVerb } from './flaky-store.ts'
import { ModelStore } from './model-store.ts'

function setup() {
  const clock = new FakeClock()
  const model = new ModelStore('model', { clock })
  const waits: number[] = []
  const flaky = new FlakyStore(model, { pause: async (ms) => void waits.push(ms) })
  const harness = {
    open: async () => model,
    store2: async () => model,
    advance: (ms: number) => clock.advance(ms),
    now: () => clock.now(),
    close: async () => {},
  }
  return { model, flaky, waits, stage: new Stage(flaky.store, harness) }
}

describe('FlakyStore', () => {
  it('a call that fails before has no effect', async () => {
    const { flaky, stage } = setup()
    flaky.next('enqueue', { kind: 'fail-before' })
    await expect(stage.enqueue([message('a')])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect((await stage.stats()).totals.enqueued).toBe(0)
  })

  it('a call that fails after has its effect; repeated, it gets its answer', async () => {
    const { flaky, stage } = setup()
    const frame = stage.frame([message('a')])
    flaky.next('enqueue', { kind: 'fail-after' })
    await expect(stage.store.enqueue(frame)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await stage.store.enqueue(frame)).toEqual(['added'])
    expect((await stage.stats()).totals.enqueued).toBe(1)
  })

  it('a repeated call is sent twice', async () => {
    const { flaky, stage } = setup()
    await stage.enqueue([message('a')])
    flaky.next('cancel', { kind: 'repeat' })
    expect(await stage.store.cancel(message('a').id)).toBe('not-found')
    expect(flaky.calls.get('cancel')).toBe(1)
  })

  it('delays wait before the call or before its answer', async () => {
    const { flaky, stage, waits } = setup()
    flaky.next('pause', { kind: 'delay', ms: 30 })
    flaky.next('inspect.stats', { kind: 'delay-answer', ms: 40 })
    await stage.store.pause()
    expect((await stage.stats()).paused).toBe(true)
    expect(waits).toEqual([30, 40])
  })

  it('every verb can fail, until it is healed', async () => {
    const { flaky, stage } = setup()
    flaky.always(() => ({ kind: 'fail-before' }))
    const { store } = stage
    const calls: Record<StoreVerb, () => Promise<unknown>> = {
      enqueue: () => stage.enqueue([message('a')]),
      claim: () => stage.worker().claim(1),
      settle: () => stage.worker('other').settle([]),
      release: () => store.release('w'),
      renew: () => store.renew('w', 1000),
      rescue: () => store.rescue(1000),
      cancel: () => store.cancel('a'),
      redrive: () => store.redrive({ limit: 1 }),
      promote: () => store.promote({ limit: 1 }),
      purge: () => store.purge('dead', 1),
      pause: () => store.pause(),
      resume: () => store.resume(),
      trim: () => store.trim({ completedCount: 1, completedAgeMs: 1, deadCount: 1, deadAgeMs: 1 }),
      progress: () => store.progress('w', 'a', 'n', { ratio: 1 }),
      configure: () => store.configure('{}'),
      listen: () => store.listen('w', () => {}),
      'inspect.stats': () => store.inspect.stats(),
      'inspect.settings': () => store.inspect.settings(),
      'inspect.message': () => store.inspect.message('a'),
      'inspect.messages': () => store.inspect.messages({ state: 'ready', limit: 1 }),
    }
    for (const call of Object.values(calls)) await expect(call()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    flaky.heal()
    for (const call of Object.values(calls)) await call()
    expect(store.queue).toBe('model')
  })
})
