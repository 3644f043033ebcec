import { expect, it, vi } from 'vitest'
import { missing, Seen } from './engine.test.stage.ts'
import type { Stage } from './engine.test.stage.ts'
import { Worker } from './worker.ts'

/** What an operator may do on any store, in real time. */
export function operatorRules(stage: () => Stage): void {
  it('a paused queue gives out nothing until it is resumed, and takes enqueues meanwhile', async () => {
    const queue = stage().queue<number>()
    const seen = new Seen<number>()
    await queue.enqueue(1)
    await queue.pause()
    stage().mind(new Worker(queue, (message) => seen.add(message.payload)))
    await queue.enqueue(2)
    await vi.waitFor(async () => expect((await queue.stats()).workers).toBe(1))
    expect((await queue.stats()).paused).toBe(true)
    expect(seen.items).toEqual([])
    await queue.resume()
    expect(await seen.reach(2)).toEqual([1, 2])
  })

  it('dead messages can be redriven, scheduled ones promoted, waiting ones cancelled', async () => {
    const queue = stage().queue<string>({ maxRetries: 1 })
    let broken = true
    const seen = new Seen<string>()
    const worker = stage().mind(
      new Worker(queue, (message) => {
        if (broken) throw new Error('broken')
        seen.add(message.payload)
      }),
    )
    const dead = new Promise((resolve) => worker.once('dead', resolve))
    await queue.enqueue('a')
    await dead
    broken = false
    expect(await queue.redrive()).toBe(1)
    await seen.reach(1)
    const { id } = await queue.enqueue('b', { delayMs: 3_600_000 })
    expect(await queue.promote({ ids: [id] })).toBe(1)
    await seen.reach(2)
    const later = await queue.enqueue('c', { delayMs: 3_600_000 })
    expect(await queue.cancel(later.id)).toBe('removed')
    expect(await queue.cancel(later.id)).toBe('not-found')
    await worker.close()
    expect(await queue.clearCompleted()).toBe(2)
    expect(await missing(queue)).toBe(0)
  })
}
