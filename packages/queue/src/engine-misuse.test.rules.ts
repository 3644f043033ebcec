import { expect, it } from 'vitest'
import { Seen } from './engine.test.stage.ts'
import type { Stage } from './engine.test.stage.ts'
import type { Handler } from './worker/handler.ts'
import { Worker } from './worker.ts'

const shy = (): never => {
  throw new Error('do not look')
}

/** What handlers and callers that err get on any store, in real time. */
export function misuseRules(stage: () => Stage): void {
  it.each<[what: string, handler: Handler]>([
    [
      'throws what cannot be turned into text',
      () => {
        throw new Proxy(new Error('no'), { get: shy, getPrototypeOf: shy })
      },
    ],
    ['answers a promise that cannot be looked at', () => new Proxy({}, { get: shy })],
    ['answers a promise that throws', () => new Proxy({}, { get: () => shy })],
  ])('a handler that %s has failed, and its worker goes on', async (_what, handler) => {
    const queue = stage().queue({ maxRetries: 1 })
    const reasons = new Seen<string>()
    const worker = stage().mind(
      new Worker(queue, (message, context) => (message.payload === 'bad' ? handler(message, context) : undefined)),
    )
    worker.on('dead', ({ reason }) => reasons.add(reason))
    const completed = new Promise((resolve) => worker.once('completed', resolve))
    await queue.enqueueMany([{ payload: 'bad' }, { payload: 'good' }])
    expect((await reasons.reach(1))[0]).toMatch(/cannot be turned into text|do not look/)
    await completed
  })

  it('what a listener throws is told as an error even where it cannot be turned into text', async () => {
    const queue = stage().queue()
    const worker = stage().mind(new Worker(queue, () => undefined))
    const told = new Promise<Error>((resolve) => worker.once('error', resolve))
    worker.on('completed', () => {
      throw Object.assign(Object.create(null) as object, { n: 1n })
    })
    await queue.enqueue(1)
    expect((await told).message).toBe('what was thrown cannot be turned into text')
  })
}
