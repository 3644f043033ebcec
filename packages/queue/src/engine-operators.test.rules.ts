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

  it('while a dedupe key is held, enqueue answers with the id of its holder, one by one and in bulk', async () => {
    const queue = stage().queue<number>()
    const dedupe = { key: 'k' }
    const [{ id }, second] = await Promise.all([queue.enqueue(1, { dedupe }), queue.enqueue(2, { dedupe })])
    expect(second).toEqual({ id, status: 'duplicate' })
    expect(await queue.enqueueMany([{ payload: 3, dedupe }, { payload: 4 }])).toMatchObject([
      { id, status: 'duplicate' },
      { status: 'added' },
    ])
    expect(await queue.enqueue(5, { dedupe: { key: 'k', replace: true } })).toEqual({ id, status: 'duplicate', replaced: true })
    const seen = new Seen<number>()
    stage().mind(new Worker(queue, (message) => seen.add(message.payload)))
    expect(await seen.reach(2)).toEqual([5, 4])
    await vi.waitFor(async () => expect((await queue.enqueue(6, { dedupe })).status).toBe('added'))
  })

  it('a redrive passes over dead messages whose key is held, however many, and says so when it can do nothing', async () => {
    const queue = stage().queue<number>({ maxRetries: 1 })
    const worker = stage().mind(
      new Worker(queue, () => {
        throw new Error('broken')
      }),
    )
    let died = 0
    const three = new Promise<void>((resolve) => worker.on('dead', () => ((died += 1) === 3 ? resolve() : undefined)))
    for (const key of ['k', 'k', 'free']) {
      await queue.enqueue(died, { dedupe: { key } })
      await vi.waitFor(async () => expect((await queue.stats()).counts).toMatchObject({ active: 0, ready: 0 }))
    }
    await three
    await worker.close()
    const holder = await queue.enqueue(0, { dedupe: { key: 'k' } })
    expect(await queue.redrive()).toBe(1)
    await expect(queue.redrive()).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: expect.stringContaining('2 messages stay dead, because another message holds'),
    })
    await queue.cancel(holder.id)
    expect(await queue.redrive()).toBe(1)
    expect(await missing(queue)).toBe(0)
  })
}
