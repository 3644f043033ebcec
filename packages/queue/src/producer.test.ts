import { describe, expect, it } from 'vitest'
import { MillraceError } from '@millrace/connection'
import type { LocalWorker } from './local-wake.ts'
import { framesOf, Producer } from './producer.ts'
import type { EnqueueFrame, EnqueueStatus, NewMessage, Store } from './store/store.ts'
import { ModelStore } from './testing/model-store.ts'

/** A store of which only enqueue is asked, answering when told to. */
class SlowStore {
  readonly frames: EnqueueFrame[] = []
  readonly #open: { frame: EnqueueFrame; resolve: (answer: EnqueueStatus[]) => void; reject: (error: unknown) => void }[] = []
  readonly store = { queue: 'slow', enqueue: (frame: EnqueueFrame) => this.#take(frame) } as unknown as Store

  get out(): number {
    return this.#open.length
  }

  answer(status: EnqueueStatus = 'added'): void {
    const next = this.#open.shift()
    next?.resolve(next.frame.messages.map(() => status))
  }

  fail(error: unknown): void {
    this.#open.shift()?.reject(error)
  }

  #take(frame: EnqueueFrame): Promise<EnqueueStatus[]> {
    this.frames.push(frame)
    return new Promise((resolve, reject) => this.#open.push({ frame, resolve, reject }))
  }
}

let made = 0
const message = (payload = '{}'): NewMessage => ({
  id: String((made += 1)).padStart(14, '0'),
  explicit: false,
  level: 'normal',
  delayMs: 0,
  scheduledForMs: null,
  options: undefined,
  payload,
})
const messages = (count: number, payload?: string) => Array.from({ length: count }, () => message(payload))
const turn = () => new Promise((resolve) => setImmediate(resolve))

function setup(more: { workers?: Set<LocalWorker>; fillRatio?: number | null } = {}) {
  const slow = new SlowStore()
  let introduced = 0
  const producer = new Producer({
    store: slow.store,
    maxLength: 0,
    localWorkers: more.workers ?? new Set(),
    introduce: async () => void (introduced += 1),
    fillRatio: () => more.fillRatio ?? null,
  })
  return { slow, producer, introduced: () => introduced }
}

describe('a producer', () => {
  it('sends what one turn asked for in one frame, at its end', async () => {
    const { slow, producer } = setup()
    const answers = messages(20).map((each) => producer.add(each))
    expect(slow.frames).toHaveLength(0)
    await turn()
    expect(slow.frames.map((frame) => frame.messages.length)).toEqual([20])
    slow.answer()
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, () => 'added'))
  })

  it('has at most three frames of gathered messages out; what comes meanwhile gathers', async () => {
    const { slow, producer } = setup()
    for (let round = 0; round < 10; round += 1) {
      void producer.add(message())
      await turn()
    }
    expect(slow.out).toBe(3)
    slow.answer()
    await turn()
    expect(slow.frames.map((frame) => frame.messages.length)).toEqual([1, 1, 1, 7])
  })

  it('no frame holds more than 250 messages or 256 KiB, and a larger message goes alone', async () => {
    const { slow, producer } = setup()
    for (const each of messages(600)) void producer.add(each)
    await turn()
    slow.answer()
    slow.answer()
    slow.answer()
    await turn()
    expect(Math.max(...slow.frames.map((frame) => frame.messages.length))).toBeLessThanOrEqual(250)
    expect(slow.frames.reduce((sum, frame) => sum + frame.messages.length, 0)).toBe(600)

    const large = setup()
    for (const each of [...messages(3, 'x'.repeat(100_000)), message('x'.repeat(300_000)), message()]) void large.producer.add(each)
    for (let round = 0; round < 5; round += 1) {
      await turn()
      large.slow.answer()
    }
    expect(large.slow.frames.map((frame) => frame.messages.length)).toEqual([2, 1, 1, 1])
  })

  it('ids ascend within a frame, and frames are numbered with the lowest that is still unanswered', async () => {
    const { slow, producer } = setup()
    void producer.addMany(messages(1000))
    await turn()
    expect(slow.frames.map((frame) => [frame.number, frame.lowestUnanswered])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
    ])
    slow.answer()
    await turn()
    void producer.add(message())
    await turn()
    expect(slow.frames[4]).toMatchObject({ number: 5, lowestUnanswered: 2 })
    for (const frame of slow.frames) {
      const ids = frame.messages.map((each) => each.id)
      expect(ids).toEqual(ids.toSorted())
    }
  })

  it('after an outage it says of each message whether it is stored, refused or unknown', async () => {
    const { slow, producer } = setup()
    const answer = producer.addMany(messages(1250))
    await turn()
    slow.answer()
    await turn()
    slow.fail(new MillraceError('STORE_UNAVAILABLE', 'away'))
    slow.fail(new MillraceError('QUEUE_FULL', 'full'))
    slow.answer('duplicate')
    slow.answer()
    const { statuses, error } = await answer
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect([0, 250, 500, 750, 1000].map((index) => statuses[index])).toEqual(['added', 'unknown', 'refused', 'duplicate', 'added'])
  })

  it('after a refusal nothing more is sent, and the rest counts as refused', async () => {
    const { slow, producer } = setup()
    const answer = producer.addMany(messages(1500))
    await turn()
    slow.fail(new MillraceError('QUEUE_FULL', 'full'))
    for (let frame = 0; frame < 3; frame += 1) slow.answer()
    const { statuses, error } = await answer
    expect(error).toMatchObject({ code: 'QUEUE_FULL' })
    expect([0, 250, 500, 750, 1000, 1250].map((index) => statuses[index])).toEqual([
      'refused',
      'added',
      'added',
      'added',
      'refused',
      'refused',
    ])
    expect(slow.frames).toHaveLength(4)
  })

  it('a gathered frame that does not fit is sent in parts, in order: as many as fit are added, and a full queue costs one more call', async () => {
    const outcomesOf = async (count: number, maxLength: number, explicit: readonly number[] = []) => {
      const model = new ModelStore('mail')
      const sizes: number[] = []
      const store = { queue: 'mail', enqueue: (frame: EnqueueFrame) => (sizes.push(frame.messages.length), model.enqueue(frame)) }
      const producer = new Producer({
        store: store as unknown as Store,
        maxLength,
        localWorkers: new Set(),
        introduce: async () => undefined,
        fillRatio: () => null,
      })
      await producer.add({ ...message(), id: 'known', explicit: true })
      const order: number[] = []
      const answers = await Promise.all(
        messages(count).map((each, index) => {
          const asked = explicit.includes(index) ? { ...each, id: 'known', explicit: true } : each
          const answer = producer.add(asked).catch((error: MillraceError) => error.code)
          return answer.finally(() => order.push(index))
        }),
      )
      return { answers, sizes: sizes.slice(1), order, stored: (await model.inspect.stats()).totals.enqueued }
    }
    const some = await outcomesOf(5, 4)
    expect(some.answers).toEqual(['added', 'added', 'added', 'QUEUE_FULL', 'QUEUE_FULL'])
    expect(some.order).toEqual([0, 1, 2, 3, 4])
    expect(some.stored).toBe(4)
    const none = await outcomesOf(20, 1)
    expect(none.answers).toEqual(Array.from({ length: 20 }, () => 'QUEUE_FULL'))
    expect(none.sizes).toEqual([20, 1])
    for (const room of [1, 23, 30, 100, 149, 199]) {
      const most = await outcomesOf(200, room + 1)
      expect(most.answers, `room for ${room}`).toEqual(Array.from({ length: 200 }, (_, index) => (index < room ? 'added' : 'QUEUE_FULL')))
      expect(most.stored).toBe(room + 1)
      expect(most.sizes.length).toBeLessThan(25)
    }
    const known = await outcomesOf(6, 2, [0, 3, 5])
    expect(known.answers).toEqual(['duplicate', 'added', 'QUEUE_FULL', 'duplicate', 'QUEUE_FULL', 'duplicate'])
  })

  it('an outage while a gathered frame is sent in parts ends those that have no answer yet', async () => {
    const { slow, producer } = setup()
    const answers = messages(4).map((each) => producer.add(each).catch((error: MillraceError) => error.code))
    await turn()
    slow.fail(new MillraceError('QUEUE_FULL', 'full'))
    await turn()
    slow.answer()
    await turn()
    slow.fail(new MillraceError('STORE_UNAVAILABLE', 'away'))
    expect(await Promise.all(answers)).toEqual(['added', 'STORE_UNAVAILABLE', 'STORE_UNAVAILABLE', 'STORE_UNAVAILABLE'])
    expect(slow.frames.map((frame) => frame.messages.length)).toEqual([4, 1, 2])
    expect(new Set(slow.frames.map((frame) => frame.number)).size).toBe(3)
    await producer.close()
  })

  it('makes its queue known once, with the first frame', async () => {
    const { slow, producer, introduced } = setup()
    for (let round = 0; round < 3; round += 1) {
      const answer = producer.add(message())
      await turn()
      slow.answer()
      await answer
    }
    expect(introduced()).toBe(1)
  })

  it('refuses before sending while the store is nearly full', async () => {
    const { slow, producer } = setup({ fillRatio: 0.96 })
    await expect(producer.add(message())).rejects.toMatchObject({ code: 'STORE_FULL', message: /96 %/ })
    await expect(producer.addMany(messages(2))).rejects.toMatchObject({ code: 'STORE_FULL' })
    await turn()
    expect(slow.frames).toHaveLength(0)
  })

  it('wakes nobody when an idle worker of this process claims right behind, and has it claim again if it was overtaken', async () => {
    const calls: string[] = []
    const worker: LocalWorker = {
      idle: true,
      claimBehind: () => {
        calls.push('claim')
        return { mustBeOut: () => calls.push('check') }
      },
    }
    const { slow, producer } = setup({ workers: new Set([worker]) })
    const answer = producer.add(message())
    await turn()
    expect(slow.frames[0]?.wakeNobody).toBe(true)
    expect(calls).toEqual(['claim'])
    slow.answer()
    await answer
    expect(calls).toEqual(['claim', 'check'])
  })

  it('closes when what it took is answered, and takes nothing more', async () => {
    const { slow, producer } = setup()
    const answer = producer.add(message())
    let closed = false
    const closing = producer.close().then(() => (closed = true))
    await expect(producer.add(message())).rejects.toMatchObject({ code: 'QUEUE_CLOSED' })
    await turn()
    expect(closed).toBe(false)
    slow.answer()
    expect(await answer).toBe('added')
    await closing
  })
})

describe('framesOf', () => {
  it('cuts without leaving anything out', () => {
    const many = messages(501)
    const frames = [...framesOf(many)]
    expect(frames).toEqual([
      { start: 0, end: 250 },
      { start: 250, end: 500 },
      { start: 500, end: 501 },
    ])
    expect([...framesOf([])]).toEqual([])
  })
})
