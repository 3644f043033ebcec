import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { idOf, namesOf } from './test-worker.ts'

/** Rules about messages whose worker died more than once. */
export const rescueSuspects: Rules = {
  async 'from its second crash on a message is suspect'(stage) {
    await stage.enqueue([message('a', { level: 'low' })])
    await stage.crash(1, 'a')
    expect(await stage.stats()).toMatchObject({ suspects: 0, counts: { ready: 1 } })
    await stage.crash(1, 'a')
    const stats = await stage.stats()
    expect(stats).toMatchObject({ suspects: 1, counts: { ready: 1 }, totals: { crashed: 2, dead: 0 } })
    expect(stats.levels[3]).toMatchObject({ ready: 1 })
    expect(await stage.stored('a')).toMatchObject({ state: 'ready', crashes: 2 })
  },

  async 'a suspect runs alone: one message, whatever the limit, before everything else'(stage) {
    await stage.enqueueEach(['a', 'b'])
    await stage.crash(2, 'a', 'b')
    await stage.enqueue([message('c', { level: 'urgent' })])
    const answer = await stage.worker().claim(10)
    expect(answer.messages).toMatchObject([{ id: idOf('a'), alone: true, crashes: 2 }])
    expect(answer.drain).toBe(false)
  },

  async 'a worker that holds messages must drain before it gets a suspect'(stage) {
    await stage.enqueueEach(['a'])
    await stage.crash(2, 'a')
    await stage.store.cancel(idOf('a'))
    await stage.enqueueEach(['b'])
    await stage.crash(1, 'b')
    await stage.enqueueEach(['c'])
    const worker = stage.worker()
    await worker.claim(2)
    const victim = stage.worker('victim')
    await worker.settle([worker.released('b')])
    await victim.claim(1)
    await stage.advance(14_000)
    await stage.store.renew(worker.id, 60_000)
    await stage.advance(1000)
    expect(await stage.store.rescue(15_000)).toMatchObject({ suspects: 1 })
    await stage.enqueueEach(['d'])

    expect(await worker.claim(5, { idle: true })).toMatchObject({ messages: [], drain: true, idle: false })
    const answer = await worker.claim(5, { results: [worker.done('c')] })
    expect(answer).toMatchObject({ drain: false, messages: [{ id: idOf('b'), alone: true }] })
  },

  async 'while one worker runs suspects the others go on as usual'(stage) {
    await stage.enqueueEach(['a', 'b'])
    await stage.crash(2, 'a', 'b')
    await stage.enqueueEach(['c', 'd'])
    expect(namesOf((await stage.worker('one').claim(5)).messages)).toEqual(['a'])
    const two = await stage.worker('two').claim(5)
    expect(namesOf(two.messages)).toEqual(['c', 'd'])
    expect(two.drain).toBe(false)
  },

  async 'a worker that runs a message alone gets nothing beside it'(stage) {
    await stage.enqueueEach(['a'])
    await stage.crash(2, 'a')
    await stage.enqueueEach(['b'])
    const worker = stage.worker()
    await worker.claim(1)
    expect(await worker.claim(5)).toMatchObject({ messages: [], drain: true })
    expect(namesOf((await worker.claim(5, { results: [worker.done('a')] })).messages)).toEqual(['b'])
  },

  async 'a suspect that is done alone is cleared, and the next suspect follows'(stage) {
    await stage.enqueueEach(['a', 'b'])
    await stage.crash(2, 'a', 'b')
    const worker = stage.worker()
    await worker.claim(1)
    const next = await worker.claim(5, { results: [worker.done('a')] })
    expect(next.messages).toMatchObject([{ id: idOf('b'), alone: true }])
    expect((await stage.stored('a')).state).toBe('completed')
  },

  async 'a failed attempt alone clears the crashes'(stage) {
    await stage.enqueueEach(['a'])
    await stage.crash(2, 'a')
    const worker = stage.worker()
    await worker.claim(1)
    const { messages } = await worker.claim(1, { results: [worker.failed('a', 0)] })
    expect(messages).toMatchObject([{ id: idOf('a'), crashes: 0, retries: 1, alone: false }])
  },

  async 'the second crash alone makes it dead with reason crashed; the first does not'(stage) {
    await stage.enqueueEach(['a'])
    await stage.crash(3, 'a')
    expect(await stage.stored('a')).toMatchObject({ state: 'ready', crashes: 3 })
    await stage.worker('last').claim(1)
    await stage.advance(15_000)
    expect(await stage.store.rescue(15_000)).toEqual({ workers: 1, redelivered: 0, suspects: 0, dead: 1, more: false })
    const found = await stage.stored('a')
    expect(found).toMatchObject({ state: 'dead', reason: 'crashed', crashes: 4, retries: 0 })
    expect(found.attempts.at(-1)).toMatchObject({ worker: idOf('last'), error: { name: 'Crashed' } })
    expect((await stage.stats()).totals).toMatchObject({ dead: 1, crashed: 4 })
  },

  async 'crashes of others never condemn a message'(stage) {
    await stage.enqueueEach(['innocent', 'poison'])
    await stage.crash(2, 'innocent', 'poison')
    const worker = stage.worker()
    await worker.claim(1)
    await worker.settle([worker.done('innocent')])
    expect((await stage.stored('innocent')).state).toBe('completed')
    await stage.store.release(worker.id)
    await stage.crash(2, 'poison')
    expect((await stage.stored('poison')).state).toBe('dead')
  },

  async 'released while alone, a suspect keeps what it is charged with'(stage) {
    await stage.enqueueEach(['a'])
    await stage.crash(3, 'a')
    const worker = stage.worker()
    await worker.claim(1)
    await worker.settle([worker.released('a')])
    expect((await stage.stats()).suspects).toBe(1)
    await stage.store.release(worker.id)
    await stage.crash(1, 'a')
    expect((await stage.stored('a')).state).toBe('dead')
  },

  async 'suspects of a dead worker pass to another'(stage) {
    await stage.enqueueEach(['a', 'b'])
    await stage.crash(2, 'a', 'b')
    await stage.worker('one').claim(1)
    await stage.advance(15_000)
    await stage.store.rescue(15_000)
    expect((await stage.worker('two').claim(5)).messages).toMatchObject([{ id: idOf('a'), alone: true }])
  },

  async 'a paused queue and a claim with limit 0 give no suspect'(stage) {
    await stage.enqueueEach(['a'])
    await stage.crash(2, 'a')
    const worker = stage.worker()
    expect(await worker.claim(0)).toMatchObject({ messages: [], drain: false })
    await stage.store.pause()
    expect(await worker.claim(5)).toMatchObject({ messages: [], drain: false })
    expect((await stage.stats()).suspects).toBe(1)
  },

  async 'a repeated call gives the suspect again, still alone'(stage) {
    await stage.enqueueEach(['a'])
    await stage.crash(2, 'a')
    const worker = stage.worker()
    await worker.claim(5)
    expect((await worker.repeat()).messages).toMatchObject([{ id: idOf('a'), alone: true }])
  },
}
