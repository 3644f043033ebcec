import { expect } from 'vitest'
import type { DedupeRule, EnqueueStatus } from '../../store/store.ts'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import type { Given, Stage } from './stage.ts'
import { idOf, keepAll, namesOf } from './test-worker.ts'

const rule = (more: Partial<DedupeRule> = {}): DedupeRule => ({ key: 'k', until: 'finished', windowMs: 0, replace: false, ...more })
const keyed = (name: string, more: Partial<DedupeRule> = {}, given: Given = {}) => message(name, { ...given, dedupe: rule(more) })
const heldBy = (name: string, replaced = false): EnqueueStatus => ({ owner: idOf(name), replaced })
const windowMs = 60_000

async function put(stage: Stage, name: string, more: Partial<DedupeRule> = {}, given: Given = {}): Promise<EnqueueStatus | undefined> {
  return (await stage.enqueue([keyed(name, more, given)]))[0]
}

/** Ways in which the message `a`, which holds the key, may end; each frees it, whatever its lifetime. */
const ends: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  async 'is given up'(stage) {
    const worker = stage.worker()
    await worker.claim(1)
    await worker.settle([worker.dead('a')])
  },
  async 'is given up and leaves at once by retention'(stage) {
    const worker = stage.worker()
    await worker.claim(1)
    await worker.settle([worker.dead('a')], { retention: { ...keepAll, deadCount: 0 } })
  },
  async 'crashes while it runs alone, and is condemned'(stage) {
    await stage.crash(4, 'a')
    expect(await stage.stored('a')).toMatchObject({ state: 'dead', reason: 'crashed' })
  },
  'is cancelled while it waits': (stage) => stage.store.cancel(idOf('a')),
  async 'is cancelled while it runs'(stage) {
    await stage.worker().claim(1)
    expect(await stage.store.cancel(idOf('a'))).toBe('aborted')
  },
  'is purged': (stage) => stage.store.purge('waiting', 10),
  async 'is purged as a suspect'(stage) {
    await stage.crash(2, 'a')
    await stage.store.purge('waiting', 10)
  },
}

const lifetimes = { finished: {}, started: { until: 'started' }, window: { until: 'window', windowMs: 3_600_000 } } as const

const freed = Object.entries(ends).flatMap(([how, end]) =>
  Object.entries(lifetimes).map(([lifetime, more]): [string, Rules[string]] => [
    `a key until ${lifetime} is free when its message ${how}`,
    async (stage) => {
      await put(stage, 'a', more)
      expect(await put(stage, 'b', more)).toEqual(heldBy('a'))
      await end(stage)
      expect(await put(stage, 'c', more)).toBe('added')
      expect(await put(stage, 'd', more)).toEqual(heldBy('c'))
    },
  ]),
)

export const enqueueDedupe: Rules = {
  ...Object.fromEntries(freed),

  async 'a message whose dedupe key is held is not stored, and its holder is named'(stage) {
    expect(await put(stage, 'a')).toBe('added')
    expect(await stage.enqueue([message('x'), keyed('b'), keyed('c', { key: 'other' }), message('y')])).toEqual([
      'added',
      heldBy('a'),
      'added',
      'added',
    ])
    expect(await stage.listed({ state: 'ready' })).toEqual(['a', 'c', 'x', 'y'])
    expect((await stage.stats()).totals.enqueued).toBe(4)
  },

  async 'a repeated frame gets the holders it got first'(stage) {
    await put(stage, 'a')
    const frame = stage.frame([keyed('b'), keyed('c', { key: 'other' })])
    const first = await stage.store.enqueue(frame)
    await stage.store.cancel(idOf('a'))
    expect(await stage.store.enqueue(frame)).toEqual(first)
    expect(first).toEqual([heldBy('a'), 'added'])
    expect(await put(stage, 'd')).toBe('added')
  },

  async 'of equal keys in one frame the first takes it'(stage) {
    expect(await stage.enqueue([keyed('a'), keyed('b'), keyed('c')])).toEqual(['added', heldBy('a'), heldBy('a')])
    expect((await stage.stats()).counts.ready).toBe(1)
  },

  async 'a queue that is full takes no key, and what is not stored does not count'(stage) {
    await put(stage, 'a')
    expect(await stage.enqueue([keyed('b')], { maxLength: 1 })).toEqual([heldBy('a')])
    await expect(stage.enqueue([keyed('c', { key: 'other' })], { maxLength: 1 })).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    expect(await put(stage, 'd', { key: 'other' })).toBe('added')
  },

  async 'a key until finished is held through claim, failure, release and rescue, and free when its message is done'(stage) {
    await put(stage, 'a')
    const worker = stage.worker()
    await worker.claim(1)
    expect(await put(stage, 'b')).toEqual(heldBy('a'))
    await worker.settle([worker.failed('a', 1000)])
    expect(await put(stage, 'c')).toEqual(heldBy('a'))
    await stage.advance(1000)
    await worker.claim(1)
    await stage.store.release(worker.id)
    await stage.crash(1, 'a')
    expect(await put(stage, 'd')).toEqual(heldBy('a'))
    const other = stage.worker('other')
    await other.claim(1)
    await other.settle([other.done('a', '1')])
    expect(await put(stage, 'e')).toBe('added')
  },

  async 'a key until started is free from its first claim on, also for a message that runs again'(stage) {
    await put(stage, 'a', { until: 'started' })
    expect(await put(stage, 'b', { until: 'started' })).toEqual(heldBy('a'))
    const worker = stage.worker()
    await worker.claim(1)
    expect(await put(stage, 'c', { until: 'started' })).toBe('added')
    await worker.settle([worker.failed('a', 0)])
    expect(await put(stage, 'd', { until: 'started' })).toEqual(heldBy('c'))
    await worker.settle([])
    await stage.store.cancel(idOf('a'))
    expect(await put(stage, 'e', { until: 'started' })).toEqual(heldBy('c'))
  },

  async 'a window holds for its time from enqueue, whether or not its message is done, trimmed or still waits'(stage) {
    const window = { until: 'window', windowMs } as const
    await put(stage, 'a', window)
    const worker = stage.worker()
    await worker.claim(1)
    await worker.settle([worker.done('a')])
    await stage.store.purge('completed', 10)
    await stage.advance(windowMs - 1)
    expect(await put(stage, 'b', window)).toEqual(heldBy('a'))
    await stage.advance(1)
    expect(await put(stage, 'c', window)).toBe('added')
    await stage.advance(windowMs)
    expect(await put(stage, 'd', window)).toBe('added')
    await stage.store.cancel(idOf('c'))
    expect(await put(stage, 'e', window)).toEqual(heldBy('d'))
  },

  async 'trim forgets windows that are over, and no others'(stage) {
    await put(stage, 'a', { until: 'window', windowMs })
    await put(stage, 'b', { until: 'window', windowMs: 2 * windowMs, key: 'long' })
    await put(stage, 'c', { until: 'window', windowMs, key: 'freed' })
    await stage.store.cancel(idOf('c'))
    await put(stage, 'd', { key: 'freed' })
    await stage.advance(windowMs)
    await stage.store.trim(keepAll)
    expect(await put(stage, 'e', { until: 'window', windowMs })).toBe('added')
    expect(await put(stage, 'f', { key: 'long' })).toEqual(heldBy('b'))
    expect(await put(stage, 'g', { key: 'freed' })).toEqual(heldBy('d'))
  },

  async 'a dead message that is redriven holds its key again'(stage) {
    for (const more of Object.values(lifetimes)) {
      const key = `${more === lifetimes.finished}${more === lifetimes.window}`
      await put(stage, `a${key}`, { ...more, key })
      const worker = stage.worker(`w${key}`)
      await worker.claim(1)
      await worker.settle([worker.dead(`a${key}`)])
      expect(await stage.store.redrive({ ids: [idOf(`a${key}`)] })).toEqual({ changed: 1, more: false, blocked: 0 })
      expect(await put(stage, `b${key}`, { ...more, key })).toEqual(heldBy(`a${key}`))
      await stage.store.purge('waiting', 10)
      expect(await put(stage, `c${key}`, { ...more, key })).toBe('added')
      await stage.store.purge('waiting', 10)
    }
  },

  async 'a dead message whose key another holds stays dead when it is redriven, and those behind it come back'(stage) {
    const worker = stage.worker()
    for (const name of ['a', 'b']) {
      await put(stage, name)
      await worker.claim(1)
      await worker.settle([worker.dead(name)])
    }
    await stage.enqueue([message('free')])
    await worker.claim(1)
    await stage.advance(1)
    await worker.settle([worker.dead('free')])
    await put(stage, 'holder')
    expect(await stage.store.redrive({ ids: [idOf('a'), idOf('a')] })).toEqual({ changed: 0, more: false, blocked: 1 })
    expect(await stage.store.redrive({ limit: 2 })).toEqual({ changed: 0, more: true, blocked: 2 })
    expect(await stage.store.redrive({ limit: 2 }, { skip: 2 })).toEqual({ changed: 1, more: false, blocked: 0 })
    expect(await stage.listed({ state: 'dead' })).toEqual(['b', 'a'])
    await stage.store.cancel(idOf('holder'))
    expect(await stage.store.redrive({ limit: 2 })).toEqual({ changed: 1, more: false, blocked: 1 })
  },

  async 'undoing a redrive frees the key'(stage) {
    await put(stage, 'a')
    const worker = stage.worker()
    await worker.claim(1)
    await worker.settle([worker.dead('a')])
    await stage.store.redrive({ limit: 1 }, { delayMs: 5000 })
    expect(await put(stage, 'b')).toEqual(heldBy('a'))
    await stage.store.redrive({ limit: 1 }, { undo: true })
    expect(await put(stage, 'c')).toBe('added')
  },

  async 'replace gives the waiting holder payload and options, and leaves level, place and time of enqueue'(stage) {
    await put(stage, 'a', {}, { level: 'high' })
    await stage.enqueue([message('between', { level: 'high' })])
    const { createdAtMs } = await stage.stored('a')
    await stage.advance(5)
    const options = { name: 'later', tags: ['t'] }
    expect(await put(stage, 'b', { replace: true }, { options, payload: '{"later":"zwölf"}', level: 'low' })).toEqual(heldBy('a', true))
    expect(await stage.stored('a')).toMatchObject({ payload: '{"later":"zwölf"}', options, level: 'high', createdAtMs, state: 'ready' })
    const answer = await stage.worker().claim(2)
    expect(namesOf(answer.messages)).toEqual(['a', 'between'])
    expect(answer.messages[0]).toMatchObject({ payload: '{"later":"zwölf"}', options, createdAtMs })
  },

  async 'replace with a later due time puts the holder off anew: of a burst the last counts, when it is over'(stage) {
    await put(stage, 'a', { replace: true, until: 'started' }, { delayMs: 1000, payload: '1' })
    for (const payload of ['2', '3']) {
      await stage.advance(900)
      expect(await put(stage, 'b', { replace: true, until: 'started' }, { delayMs: 1000, payload })).toEqual(heldBy('a', true))
    }
    expect((await stage.stats()).counts).toMatchObject({ ready: 0, scheduled: 1 })
    const worker = stage.worker()
    await stage.advance(999)
    expect((await worker.claim(1, { idle: true })).dueInMs).toBe(1)
    await stage.advance(1)
    const { messages } = await worker.claim(1)
    expect(messages).toMatchObject([{ id: idOf('a'), payload: '3', scheduledForMs: expect.any(Number) }])
    expect((messages[0]?.scheduledForMs ?? 0) - (messages[0]?.createdAtMs ?? 0)).toBe(2800)
  },

  async 'replace with a due time takes a ready holder from its place, and wakes for an earlier one'(stage) {
    await put(stage, 'a')
    await stage.enqueue([message('b')])
    expect(await put(stage, 'c', { replace: true }, { delayMs: 5000 })).toEqual(heldBy('a', true))
    expect(await stage.listed({ state: 'ready' })).toEqual(['b'])
    const worker = stage.worker()
    await worker.claim(1)
    expect((await worker.claim(1)).dueInMs).toBe(5000)
    expect(await put(stage, 'd', { replace: true }, { delayMs: 2000, payload: '2' })).toEqual(heldBy('a', true))
    expect((await worker.claim(1)).dueInMs).toBe(2000)
    await stage.advance(2000)
    expect((await worker.claim(1)).messages).toMatchObject([{ payload: '2' }])
  },

  async 'replace keeps the failures of its holder, and a mark that allows to undo a redrive'(stage) {
    await put(stage, 'a')
    const worker = stage.worker()
    await worker.claim(1)
    await worker.settle([worker.failed('a', 1000)])
    await put(stage, 'b', { replace: true }, { delayMs: 5000, payload: '2' })
    expect(await stage.stored('a')).toMatchObject({ state: 'scheduled', retries: 1, payload: '2', attempts: [{}] })
    await stage.advance(5000)
    await worker.claim(1)
    await worker.settle([worker.dead('a', 'why')])
    await stage.store.redrive({ limit: 1 }, { delayMs: 1000 })
    await put(stage, 'c', { replace: true }, { delayMs: 9000, payload: '3' })
    expect(await stage.store.redrive({ limit: 1 }, { undo: true })).toMatchObject({ changed: 1 })
    expect(await stage.stored('a')).toMatchObject({ state: 'dead', reason: 'why', payload: '3' })
  },

  async 'a holder that runs, is a suspect or is done is not replaced'(stage) {
    await put(stage, 'a', { until: 'window', windowMs: 3_600_000 })
    await stage.crash(2, 'a')
    expect(await put(stage, 'b', { replace: true })).toEqual(heldBy('a'))
    const worker = stage.worker()
    await worker.claim(1)
    expect(await put(stage, 'c', { replace: true })).toEqual(heldBy('a'))
    await worker.settle([worker.done('a')])
    expect(await put(stage, 'd', { replace: true })).toEqual(heldBy('a'))
    expect(await stage.stored('a')).toMatchObject({ payload: '{"name":"a"}' })
  },

  async 'replacing within a frame is like replacing over several'(stage) {
    const frame = [
      keyed('a', {}, { payload: '1' }),
      keyed('b', { replace: true }, { payload: '2', delayMs: 3000 }),
      keyed('c'),
      keyed('d', { replace: true }, { payload: '4' }),
    ]
    expect(await stage.enqueue(frame)).toEqual(['added', heldBy('a', true), heldBy('a'), heldBy('a', true)])
    expect(await stage.stored('a')).toMatchObject({ state: 'scheduled', payload: '4' })
    const answer = await stage.enqueue([
      keyed('e', { replace: true }, { delayMs: 9000, payload: '5' }),
      keyed('f', { replace: true }, { payload: '6' }),
    ])
    expect(answer).toEqual([heldBy('a', true), heldBy('a', true)])
    expect(await stage.stored('a')).toMatchObject({ state: 'scheduled', payload: '6' })
    await stage.advance(9000)
    expect((await stage.worker().claim(1)).messages).toMatchObject([{ id: idOf('a'), payload: '6' }])
  },
}
