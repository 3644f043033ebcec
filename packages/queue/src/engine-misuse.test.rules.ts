import type { MillraceError } from '@millrace/connection'
import { expect, it } from 'vitest'
import { Seen } from './engine.test.stage.ts'
import type { Stage } from './engine.test.stage.ts'
import { MessageQueueService } from './message-queue-service.ts'
import { Queue } from './queue.ts'
import { queueNames } from './registry.ts'
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

  it('a misspelt or missing choice never widens what an operator changes: it is refused and nothing changes', async () => {
    const queue = stage().queue({ maxRetries: 1 })
    const dead = new Seen<string>()
    const worker = stage().mind(
      new Worker(queue, () => {
        throw new Error('no')
      }),
    )
    worker.on('dead', ({ id }) => dead.add(id))
    await queue.enqueueMany([{ payload: 1 }, { payload: 2 }])
    await dead.reach(2)
    await worker.close()
    await queue.enqueue(3, { delayMs: 3_600_000 })
    const choices: [choice: unknown, says: RegExp][] = [
      [{ id: 'x' }, /there is no option `id`; did you mean `ids`\?/],
      [{ count: 5 }, /there is no option `count`; allowed are ids, limit/],
      [{ ids: undefined }, /`ids` must be an array of ids, got undefined; leave it out to mean all/],
      [{ ids: 'abc' }, /`ids` must be an array of ids, got "abc"/],
      [{ ids: ['x'], limit: 1 }, /give `ids` or `limit`, not both/],
      [{ limit: undefined }, /`limit` must be a whole number from 0 to 1,000,000,000, got undefined/],
      [{ limit: 0.5 }, /`limit`.*got 0.5/],
      [{ limit: Number.NaN }, /`limit`.*got NaN/],
      [{ limit: -1 }, /`limit`.*got -1/],
      [null, /expected an object, got null/],
    ]
    for (const [choice, says] of choices) {
      for (const verb of ['redrive', 'promote'] as const) {
        await expect(queue[verb](choice as never), says.source).rejects.toMatchObject({
          code: 'OPTION_INVALID',
          message: expect.stringMatching(new RegExp(`^${verb}: .*${says.source}`)),
        })
      }
    }
    await expect(queue.redrive({ ids: [...dead.items, 'a b'] })).rejects.toMatchObject({ code: 'ID_INVALID' })
    const options: [option: unknown, says: RegExp][] = [
      [{ delay: 5 }, /redrive: there is no option `delay`; did you mean `delayMs`\?/],
      [{ delayMs: -1 }, /`delayMs` must be a number from 0 to 315,576,000,000, got -1/],
      [{ delayMs: Number.NaN }, /`delayMs`.*got NaN/],
      [{ delayMs: 1e15 }, /`delayMs`/],
      [{ undo: 'yes' }, /`undo` must be true or false, got "yes"/],
      [{ undo: true, delayMs: 5 }, /`undo` goes alone/],
      [{ payload: 1 }, /`payload` goes with exactly one id/],
      [null, /expected an object, got null/],
    ]
    for (const [option, says] of options) {
      await expect(queue.redrive({}, option as never), says.source).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringMatching(says),
      })
    }
    expect((await queue.stats()).counts).toMatchObject({ dead: 2, scheduled: 1, ready: 0 })
    expect(await queue.redrive({ limit: 1 })).toBe(1)
    expect(await queue.promote({ limit: 0 })).toBe(0)
  })

  it.each<[query: unknown, says: RegExp]>([
    [undefined, /^messages: expected an object, got undefined/],
    [{ state: 'waiting', limit: 1 }, /`state` must be scheduled, ready, active, completed, dead, got "waiting"/],
    [{ limit: 1 }, /`state`.*got undefined/],
    [{ state: 'ready', limit: 1, level: 'top' }, /`level` must be urgent, high, normal, low, got "top"/],
    [{ state: 'ready' }, /`limit` must be a whole number from 1 to 250, got undefined/],
    [{ state: 'ready', limit: 0 }, /`limit`.*got 0/],
    [{ state: 'ready', limit: 251 }, /`limit`.*got 251/],
    [{ state: 'ready', limit: 1, cursor: 5 }, /`cursor` must be a text, got 5/],
    [{ state: 'ready', limit: 1, cursor: 'nonsense' }, /a page of ready messages gave; leave it out to begin again/],
    [{ state: 'dead', limit: 1, term: 5 }, /`term` must be name:…, tag:… or error:…, got 5/],
    [{ state: 'ready', limit: 1, term: 'name:x' }, /`term` finds dead messages only, and `state` is ready/],
    [{ state: 'ready', limit: 1, levels: 'low' }, /no option `levels`; did you mean `level`\?/],
  ])('what cannot be listed is refused alike on every store: %j', async (query, says) => {
    await expect(
      stage()
        .queue()
        .messages(query as never),
    ).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(says),
    })
  })

  it('of concurrent calls on a nearly full queue the first ones fit and only the others are refused', async () => {
    const queue = stage().queue<number>({ maxLength: 3 })
    const outcome = (payload: number) =>
      queue.enqueue(payload).then(
        ({ status }) => status,
        (error: MillraceError) => error.code,
      )
    expect(await Promise.all([1, 2, 3, 4, 5].map(outcome))).toEqual(['added', 'added', 'added', 'QUEUE_FULL', 'QUEUE_FULL'])
    const { messages } = await queue.messages({ state: 'ready', limit: 10 })
    expect(messages.map(({ payload }) => payload)).toEqual(['1', '2', '3'])
    expect((await queue.stats()).totals.enqueued).toBe(3)
    await expect(queue.enqueueMany([{ payload: 6 }])).rejects.toMatchObject({ code: 'QUEUE_FULL', details: { outcomes: ['refused'] } })
  })

  it.each<[options: unknown, says: RegExp]>([
    [{ timeoutMs: 5 }, /there is no option `timeoutMs`; allowed are deadlineMs/],
    [{ deadline: 5 }, /did you mean `deadlineMs`\?/],
    [{ deadlineMs: Number.NaN }, /`deadlineMs` must be a number from 0 to ∞, got NaN/],
    [{ deadlineMs: -1 }, /`deadlineMs`.*got -1/],
    [{ deadlineMs: '5' }, /`deadlineMs`.*got "5"/],
    [null, /expected an object, got null/],
    [5, /expected an object, got 5/],
  ])('a worker that is told %j closes nothing, rejects and goes on', async (options, says) => {
    const queue = stage().queue<number>()
    const seen = new Seen<number>()
    const worker = stage().mind(new Worker(queue, (message) => seen.add(message.payload)))
    const closing = worker.close(options as never)
    await expect(closing).rejects.toMatchObject({ code: 'OPTION_INVALID', message: expect.stringMatching(says) })
    await queue.enqueue(1)
    expect(await seen.reach(1)).toEqual([1])
    expect(await worker.close({ deadlineMs: Number.POSITIVE_INFINITY })).toMatchObject({ released: 0 })
  })

  it('a connection whose await was forgotten is refused when a queue or a service is made', async () => {
    const connection = Promise.resolve(stage().place.connection) as never
    expect(() => new Queue('mail', { connection })).toThrow(/Queue: `connection`.*got a promise: write await connect/)
    expect(() => new MessageQueueService({ connection })).toThrow(/MessageQueueService: `connection`.*await connect/)
    await expect(queueNames(connection)).rejects.toThrow(/queueNames: `connection`.*await connect/)
  })
}
