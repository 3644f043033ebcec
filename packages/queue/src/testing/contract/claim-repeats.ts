import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { freshNonce, idOf, namesOf } from './test-worker.ts'

/** Rules of `claim` about repeated, old and late calls. */
export const claimRepeats: Rules = {
  async 'a repeated call gives the same messages and claims nothing new'(stage) {
    await stage.enqueueEach(['a', 'b', 'c'])
    const worker = stage.worker()
    const first = await worker.claim(2)
    const again = await worker.repeat()
    expect(namesOf(again.messages)).toEqual(['a', 'b'])
    const withoutFence = (messages: typeof first.messages) => messages.map((given) => ({ ...given, fence: 0 }))
    expect(withoutFence(again.messages)).toEqual(withoutFence(first.messages))
    expect((await stage.stats()).counts).toMatchObject({ ready: 1, active: 2 })
  },

  async 'a repeated call applies no result twice and says what the first try did'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(2)
    const results = [worker.failed('a', 1000), { ...worker.done('b'), nonce: freshNonce() }]
    expect((await worker.claim(0, { results })).outcomes).toEqual(['done', 'stale'])
    expect((await worker.repeat()).outcomes).toEqual(['replayed', 'stale'])
    expect(await stage.stats()).toMatchObject({ totals: { retried: 1, stale: 1 }, counts: { active: 1, scheduled: 1 } })
  },

  async 'a repeated call tells all outcomes when all were done'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(2)
    await worker.claim(1, { results: [worker.done('a'), worker.done('b')] })
    expect((await worker.repeat()).outcomes).toEqual(['replayed', 'replayed'])
    expect((await stage.stats()).totals.completed).toBe(2)
  },

  async 'a repeated call gives only claims that still stand'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(2)
    await stage.store.cancel(idOf('a'))
    expect(namesOf((await worker.repeat()).messages)).toEqual(['b'])
  },

  async 'a repeated call does not give what an earlier call gave'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(1)
    await worker.claim(1)
    expect(namesOf((await worker.repeat()).messages)).toEqual(['b'])
  },

  async 'an older number is refused with CALL_OUTDATED, and so is a number under another nonce'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(1)
    const { lastCall: first } = worker
    await worker.claim(0)
    const { lastCall: second } = worker
    if (!first || !second) throw new Error('both calls were made')
    await expect(worker.send(first)).rejects.toMatchObject({ code: 'CALL_OUTDATED' })
    await expect(worker.send({ ...second, nonce: freshNonce() })).rejects.toMatchObject({ code: 'CALL_OUTDATED' })
    await expect(worker.send({ ...first, results: [worker.done('a')] })).rejects.toMatchObject({ code: 'CALL_OUTDATED' })
    expect(await stage.stats()).toMatchObject({ counts: { ready: 1, active: 1 }, totals: { completed: 0, stale: 0 } })
  },

  async 'numbers may leave gaps'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(1)
    worker.number = 7
    expect(namesOf((await worker.claim(1)).messages)).toEqual(['b'])
  },

  async 'a call after a lost lease gives nothing, and its results are stale and counted'(stage) {
    await stage.enqueueEach(['a', 'b', 'c'])
    const worker = stage.worker()
    await worker.claim(2)
    await stage.advance(15_000)
    await stage.store.rescue(15_000)
    const answer = await worker.claim(5, { results: [worker.done('a'), worker.failed('b')], idle: true })
    expect(answer).toMatchObject({ outcomes: ['stale', 'stale'], leaseLost: true, messages: [], idle: false, drain: false, more: false })
    expect(await stage.stats()).toMatchObject({
      counts: { ready: 3, active: 0 },
      totals: { stale: 2, completed: 0, retried: 0 },
      workers: 0,
    })
  },

  async 'a number above 1 of an unknown worker is a lost lease; number 1 makes a lease'(stage) {
    const worker = stage.worker()
    worker.number = 1
    expect((await worker.claim(1)).leaseLost).toBe(true)
    worker.number = 0
    expect((await worker.claim(1)).leaseLost).toBe(false)
    expect((await stage.stats()).workers).toBe(1)
  },

  async 'a lease that ended but was not rescued is simply prolonged'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    await stage.advance(20_000)
    expect((await worker.claim(0)).leaseLost).toBe(false)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 0, redelivered: 0 })
  },

  async 'every accepted call prolongs the lease, a repeated one too'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    await stage.advance(10_000)
    await worker.claim(0)
    await stage.advance(10_000)
    await worker.repeat()
    await stage.advance(10_000)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 0 })
    await stage.advance(5_000)
    expect(await stage.store.rescue(15_000)).toMatchObject({ workers: 1, redelivered: 1 })
  },

  async 'a worker that claims the same message again cannot settle it with the old nonce'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    const late = worker.done('a')
    await worker.claim(1, { results: [worker.released('a')] })
    expect((await worker.claim(0, { results: [late] })).outcomes).toEqual(['stale'])
    expect((await stage.stored('a')).state).toBe('active')
    expect((await worker.claim(0, { results: [worker.done('a')] })).outcomes).toEqual(['done'])
  },

  async 'a message of another worker cannot be settled, whatever the nonce'(stage) {
    await stage.enqueue([message('a')])
    const [one, two] = [stage.worker('one'), stage.worker('two')]
    await one.claim(1)
    const { nonces } = one
    const nonce = nonces.get(idOf('a')) ?? ''
    await two.claim(1)
    expect((await two.claim(0, { results: [{ id: idOf('a'), nonce, kind: 'done' }] })).outcomes).toEqual(['stale'])
    expect((await stage.stored('a')).state).toBe('active')
  },
}
