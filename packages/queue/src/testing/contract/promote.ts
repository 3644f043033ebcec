import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { idOf, namesOf } from './test-worker.ts'

export const rules: Rules = {
  async 'scheduled messages are ready now, behind what is ready, in the order of the ids'(stage) {
    await stage.enqueue([message('a', { delayMs: 9000 }), message('b', { delayMs: 1000 }), message('c')])
    expect(await stage.store.promote({ ids: [idOf('a'), idOf('b')] })).toEqual({ changed: 2, more: false })
    expect(namesOf((await stage.worker().claim(3)).messages)).toEqual(['c', 'a', 'b'])
  },

  async 'a limit goes urgent to low and earliest due first'(stage) {
    await stage.enqueue([
      message('l', { level: 'low', delayMs: 1000 }),
      message('u2', { level: 'urgent', delayMs: 9000 }),
      message('u1', { level: 'urgent', delayMs: 8000 }),
    ])
    expect(await stage.store.promote({ limit: 2 })).toEqual({ changed: 2, more: true })
    expect(await stage.listed({ state: 'ready' })).toEqual(['u1', 'u2'])
    expect(await stage.store.promote({ limit: 2 })).toEqual({ changed: 1, more: false })
  },

  async 'ids that are not scheduled are passed over'(stage) {
    await stage.enqueue([message('a'), message('b', { delayMs: 1000 })])
    expect(await stage.store.promote({ ids: [idOf('a'), 'nobody', idOf('b'), idOf('b')] })).toEqual({ changed: 1, more: false })
    expect(await stage.store.promote({ limit: 5 })).toEqual({ changed: 0, more: false })
  },

  async 'the wait counts from the promotion'(stage) {
    await stage.enqueue([message('a', { delayMs: 9000 })])
    await stage.advance(1000)
    await stage.store.promote({ limit: 1 })
    const { messages, claimedAtMs } = await stage.worker().claim(1)
    expect(messages[0]?.readyAtMs).toBe(claimedAtMs)
    expect(messages[0]?.scheduledForMs).toBe(claimedAtMs + 8000)
  },

  async 'a message waiting for its next attempt is promoted too'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    await worker.settle([worker.failed('a', 60_000)])
    await stage.store.promote({ ids: [idOf('a')] })
    expect((await worker.claim(1)).messages).toMatchObject([{ id: idOf('a'), retries: 1 }])
  },

  async 'one idle worker is woken'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.enqueue([message('x', { delayMs: 9000 })], { wakeNobody: true })
    await stage.worker('a').claim(1, { idle: true })
    await stage.advance(1)
    await stage.worker('b').claim(1, { idle: true })
    await stage.store.promote({ ids: ['nobody'] })
    await stage.store.promote({ limit: 1 })
    expect(await ear.all()).toEqual(['a:wake'])
  },
}
