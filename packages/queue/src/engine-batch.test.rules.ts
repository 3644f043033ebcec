import { expect, it } from 'vitest'
import { Seen } from './engine.test.stage.ts'
import type { Stage } from './engine.test.stage.ts'
import type { BatchHandler } from './worker/handler.ts'
import { Bury, Retry } from './verdict.ts'
import { Worker } from './worker.ts'

/** What a worker with batches does on any store, in real time. */
export function batchRules(stage: () => Stage): void {
  it('a batch fails only the messages its answer names', async () => {
    const queue = stage().queue<number>({ retryDelay: 0.01 })
    const sizes: number[] = []
    const seen = new Seen<string>()
    await queue.enqueueMany(Array.from({ length: 20 }, (_, index) => ({ payload: index })))
    const worker = stage().mind(
      new Worker(
        queue,
        async (messages) => {
          sizes.push(messages.length)
          return messages.map((message) => {
            if (message.payload === 7) return new Error('seven')
            if (message.payload === 8 && message.attempt === 1) return new Retry({ delayMs: 1 })
            return message.payload === 9 ? new Bury('nine') : undefined
          })
        },
        { batch: { size: 20 }, concurrency: 1 },
      ),
    )
    worker.on('completed', ({ message }) => seen.add(`done ${message.payload} ${message.attempt}`))
    worker.on('dead', ({ message, reason }) => seen.add(`dead ${message?.payload} ${reason}`))
    const ends = await seen.reach(20)
    expect(sizes[0]).toBe(20)
    expect(ends).toContain('dead 9 nine')
    expect(ends).toContain('dead 7 Error: seven')
    expect(ends).toContain('done 8 2')
    expect(ends.filter((end) => /^done \d+ 1$/.test(end))).toHaveLength(17)
  })

  it('of a batch, one message can time out or be cancelled; the others go on, and the signal aborts when none is left', async () => {
    const queue = stage().queue<string>({ maxRetries: 1 })
    const started = new Seen<string>()
    const ends = new Seen<string>()
    let aborted = false
    let finish = () => {}
    const worker = stage().mind(
      new Worker(
        queue,
        async (messages, { signal }) => {
          for (const message of messages) started.add(message.payload)
          signal.addEventListener('abort', () => (aborted = true))
          if (messages.length > 1) await new Promise<void>((resolve) => (finish = resolve))
        },
        { batch: { size: 5 }, concurrency: 1 },
      ),
    )
    worker.on('completed', ({ message }) => ends.add(`done ${message.payload}`))
    worker.on('dead', ({ reason }) => ends.add(reason.split(':', 1)[0] as string))
    const [cancelled] = await queue.enqueueMany([{ payload: 'cancelled' }, { payload: 'late', timeoutMs: 30 }, { payload: 'fine' }])
    await started.reach(3)
    expect(await queue.cancel(cancelled?.id as string)).toBe('aborted')
    await ends.reach(1)
    expect(ends.items).toEqual(['TIMEOUT'])
    expect(aborted).toBe(false)
    finish()
    await ends.reach(2)
    expect(ends.items).toEqual(['TIMEOUT', 'done fine'])
    await queue.enqueue('next')
    await ends.reach(3)
    expect((await queue.stats()).totals).toMatchObject({ enqueued: 4, completed: 2, dead: 1, removed: 1 })
  })

  it('a batch answer of the wrong length fails every message of it and says why', async () => {
    const queue = stage().queue<number>({ maxRetries: 1 })
    const reasons = new Seen<string>()
    const worker = stage().mind(new Worker(queue, () => [undefined], { batch: { size: 3 }, concurrency: 1 }))
    worker.on('dead', ({ reason }) => reasons.add(reason))
    await queue.enqueueMany([{ payload: 1 }, { payload: 2 }, { payload: 3 }])
    for (const reason of await reasons.reach(3))
      expect(reason).toMatch(/^OUTCOME_INVALID: the handler answered 1 outcomes for a batch of 3/)
  })

  it.each<[what: string, answer: (messages: readonly { payload: number }[]) => unknown, reason: string]>([
    [
      'results of Promise.allSettled',
      ({ length }) => Promise.allSettled(Array.from({ length }, () => Promise.reject(new Error('no')))),
      "outcomes[0] of the handler's answer is an object",
    ],
    [
      'a text',
      ({ length }) => Array.from({ length }, (_, index) => (index === 2 ? 'failed' : undefined)),
      'outcomes[2] of the handler\'s answer is "failed"',
    ],
    [
      'false',
      ({ length }) => Array.from({ length }, (_, index) => (index === 1 ? false : undefined)),
      "outcomes[1] of the handler's answer is false",
    ],
    ['no array at all', () => ({}), 'the handler of a batch answered an object'],
    [
      'an array that throws',
      (messages) =>
        new Proxy([...messages], {
          get: () => {
            throw new Error('not to be read')
          },
        }),
      'not to be read',
    ],
  ])(
    'a batch answer that is neither nothing nor errors fails every message of it, none is completed: %s',
    async (_what, answer, reason) => {
      const queue = stage().queue<number>({ maxRetries: 1 })
      const reasons = new Seen<string>()
      const worker = stage().mind(new Worker(queue, answer as BatchHandler<number>, { batch: { size: 3 }, concurrency: 1 }))
      worker.on('dead', (dead) => reasons.add(dead.reason))
      await queue.enqueueMany([{ payload: 1 }, { payload: 2 }, { payload: 3 }])
      for (const found of await reasons.reach(3)) expect(found).toContain(reason)
      expect((await queue.stats()).totals).toMatchObject({ completed: 0, dead: 3 })
    },
  )
}
