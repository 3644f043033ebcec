import { expect } from 'vitest'
import { enqueueDedupe } from './enqueue-dedupe.ts'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { idOf, namesOf } from './test-worker.ts'

export const rules: Rules = {
  async 'a message is read back as it was given'(stage) {
    const options = { name: 'mail', maxRetries: 7, retryDelay: 2, timeoutMs: 900, tags: ['a', 'ü'] }
    const payload = '{"to":"ada@example.org","text":"zwölf \\u0000 €"}'
    expect(await stage.enqueue([message('a', { level: 'high', options, payload }), message('b')])).toEqual(['added', 'added'])

    const found = await stage.stored('a')
    expect(found).toMatchObject({ id: idOf('a'), state: 'ready', level: 'high', options, payload, scheduledForMs: null, atMs: null })
    expect(found).toMatchObject({ retries: 0, crashes: 0, worker: null, reason: null, value: null, progress: null, attempts: [], log: [] })
    expect((await stage.stored('b')).options).toBeUndefined()
  },

  async 'a repeated frame gets the first answer and stores nothing'(stage) {
    const frame = stage.frame([message('a'), message('mine', { explicit: true })])
    expect(await stage.store.enqueue(frame)).toEqual(['added', 'added'])
    expect(await stage.store.enqueue(frame)).toEqual(['added', 'added'])
    await stage.worker().claim(2)
    expect(await stage.store.enqueue(frame)).toEqual(['added', 'added'])
    expect(await stage.stats()).toMatchObject({ counts: { ready: 0, active: 2 }, totals: { enqueued: 2 } })
  },

  async 'frames may overtake each other while they are unanswered'(stage) {
    await stage.enqueue([message('b')], { number: 2, lowestUnanswered: 1 })
    expect(await stage.enqueue([message('a')], { number: 1, lowestUnanswered: 1 })).toEqual(['added'])
    expect(await stage.enqueue([message('b')], { number: 2, lowestUnanswered: 1 })).toEqual(['added'])
    expect((await stage.stats()).counts.ready).toBe(2)
  },

  async 'a frame below the lowest unanswered one is refused with CALL_OUTDATED'(stage) {
    await stage.enqueue([message('a')], { number: 1, lowestUnanswered: 1 })
    await stage.enqueue([message('b')], { number: 4, lowestUnanswered: 3 })
    await expect(stage.enqueue([message('c')], { number: 2, lowestUnanswered: 1 })).rejects.toMatchObject({ code: 'CALL_OUTDATED' })
    await expect(stage.enqueue([message('a')], { number: 1, lowestUnanswered: 1 })).rejects.toMatchObject({ code: 'CALL_OUTDATED' })
    expect(await stage.enqueue([message('d')], { number: 3, lowestUnanswered: 3 })).toEqual(['added'])
    expect((await stage.stats()).totals.enqueued).toBe(3)
  },

  async 'producers are numbered apart from each other'(stage) {
    await stage.enqueue([message('a')], { producer: 'producer--a', number: 5, lowestUnanswered: 5 })
    expect(await stage.enqueue([message('b')], { producer: 'producer--b', number: 1, lowestUnanswered: 1 })).toEqual(['added'])
  },

  async 'an hour without a frame forgets the producer'(stage) {
    await stage.enqueue([message('a')], { number: 9, lowestUnanswered: 9 })
    await stage.advance(3_600_001)
    expect(await stage.enqueue([message('b')], { number: 1, lowestUnanswered: 1 })).toEqual(['added'])
    expect((await stage.stats()).counts.ready).toBe(2)
  },

  async 'an explicit id is taken once: duplicate with an equal payload, conflict with another'(stage) {
    const mine = (payload: string) => [message('mine', { explicit: true, payload })]
    expect(await stage.enqueue(mine('1'))).toEqual(['added'])
    expect(await stage.enqueue(mine('1'))).toEqual(['duplicate'])
    expect(await stage.enqueue(mine('2'))).toEqual(['conflict'])
    expect(await stage.stored('mine')).toMatchObject({ payload: '1' })
    expect((await stage.stats()).totals.enqueued).toBe(1)
  },

  async 'an explicit id stays taken after its message is gone'(stage) {
    await stage.enqueue([message('mine', { explicit: true, payload: '1' })])
    await stage.store.cancel('mine')
    expect(await stage.enqueue([message('mine', { explicit: true, payload: '1' })])).toEqual(['duplicate'])
    expect(await stage.enqueue([message('mine', { explicit: true, payload: '2' })])).toEqual(['conflict'])
    expect(await stage.find('mine')).toBeUndefined()
  },

  async 'an explicit id that a stored message bears is compared with that message'(stage) {
    await stage.enqueue([message('a', { payload: '1' })])
    expect(await stage.enqueue([message(idOf('a'), { explicit: true, payload: '1' })])).toEqual(['duplicate'])
    expect(await stage.enqueue([message(idOf('a'), { explicit: true, payload: '2' })])).toEqual(['conflict'])
    expect((await stage.stats()).totals.enqueued).toBe(1)
  },

  async 'a second occurrence of an explicit id in one frame is compared with the first'(stage) {
    const frame = ['1', '1', '2'].map((payload) => message('mine', { explicit: true, payload }))
    expect(await stage.enqueue(frame)).toEqual(['added', 'duplicate', 'conflict'])
    expect((await stage.stats()).counts.ready).toBe(1)
  },

  async 'explicit ids may be long and of any printable character'(stage) {
    const id = `!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~${'z'.repeat(90)}`
    expect(await stage.enqueue([message(id, { explicit: true }), message(id, { explicit: true })])).toEqual(['added', 'duplicate'])
    const given = await stage.worker().claim(1)
    expect(given.messages[0]?.id).toBe(id)
  },

  async 'maxLength refuses a frame whole with QUEUE_FULL'(stage) {
    await stage.enqueue([message('a'), message('b', { delayMs: 1000 })], { maxLength: 3 })
    await expect(stage.enqueue([message('c'), message('d')], { maxLength: 3 })).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    expect(await stage.stats()).toMatchObject({ counts: { ready: 1, scheduled: 1 }, totals: { enqueued: 2 } })
    expect(await stage.enqueue([message('c')], { maxLength: 3 })).toEqual(['added'])
  },

  async 'maxLength does not count active messages, and 0 is no limit'(stage) {
    await stage.enqueue([message('a'), message('b')], { maxLength: 2 })
    await stage.worker().claim(2)
    expect(await stage.enqueue([message('c'), message('d')], { maxLength: 2 })).toEqual(['added', 'added'])
    expect(await stage.enqueue([message('e')], { maxLength: 0 })).toEqual(['added'])
  },

  async 'maxLength counts suspects'(stage) {
    await stage.enqueue([message('a')])
    await stage.crash(2, 'a')
    await expect(stage.enqueue([message('b')], { maxLength: 1 })).rejects.toMatchObject({ code: 'QUEUE_FULL' })
  },

  async 'maxLength counts only what the frame would add'(stage) {
    const mine = message('mine', { explicit: true })
    await stage.enqueue([mine])
    expect(await stage.enqueue([mine, message('b')], { maxLength: 2 })).toEqual(['duplicate', 'added'])
  },

  async 'a refused frame may be tried again under its number'(stage) {
    await stage.enqueue([message('a')])
    const frame = stage.frame([message('b')], { maxLength: 1 })
    await expect(stage.store.enqueue(frame)).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    await stage.store.cancel(idOf('a'))
    expect(await stage.store.enqueue(frame)).toEqual(['added'])
    expect(await stage.listed({ state: 'ready' })).toEqual(['b'])
  },

  async 'a due time in the past means now'(stage) {
    await stage.enqueue([message('a', { scheduledForMs: 1_000 })])
    expect(await stage.stored('a')).toMatchObject({ state: 'ready', scheduledForMs: null })
  },

  async "a delay counts from the store's now, and is read back as the first due time"(stage) {
    await stage.enqueue([message('a', { delayMs: 1500 }), message('now')])
    const [a, now] = [await stage.stored('a'), await stage.stored('now')]
    expect(a).toMatchObject({ state: 'scheduled', scheduledForMs: now.createdAtMs + 1500, atMs: now.createdAtMs + 1500 })
    expect(now).toMatchObject({ state: 'ready', scheduledForMs: null, atMs: null })
  },

  async 'scheduledForMs is the due time as it is'(stage) {
    await stage.enqueue([message('now')])
    const due = (await stage.stored('now')).createdAtMs + 60_000
    await stage.enqueue([message('a', { scheduledForMs: due })])
    expect(await stage.stored('a')).toMatchObject({ state: 'scheduled', scheduledForMs: due, atMs: due })
    expect(await stage.stats()).toMatchObject({ counts: { ready: 1, scheduled: 1 } })
  },

  async 'calls keep their order even within one microsecond and with descending ids'(stage) {
    await stage.enqueue([message('c'), message('d')])
    await stage.enqueue([message('a'), message('b')])
    expect(namesOf((await stage.worker().claim(4)).messages)).toEqual(['c', 'd', 'a', 'b'])
  },

  async 'generated ids go by id within a call, explicit ones follow in their order'(stage) {
    const explicit = (id: string) => message(id, { explicit: true })
    await stage.enqueue([explicit('y'), message('b'), explicit('x'), message('a')])
    await stage.enqueue([message('c')])
    expect(namesOf((await stage.worker().claim(5)).messages)).toEqual(['a', 'b', 'y', 'x', 'c'])
  },

  async 'a message scheduled for later moves nobody behind it into the future'(stage) {
    await stage.enqueue([message('later', { delayMs: 86_400_000 })])
    await stage.enqueue([message('a')])
    const { messages, claimedAtMs } = await stage.worker().claim(1)
    expect(messages[0]?.readyAtMs).toBe(claimedAtMs)
  },

  async "the frame of another level does not move a level's order"(stage) {
    await stage.enqueue([message('a', { level: 'low' }), message('b', { level: 'urgent' })])
    await stage.advance(0.001)
    await stage.enqueue([message('c', { level: 'low' })])
    expect(await stage.listed({ state: 'ready' })).toEqual(['b', 'a', 'c'])
  },

  async 'one call wakes one idle worker, the one that has been idle longest'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.worker('b').claim(1, { idle: true })
    await stage.advance(1)
    await stage.worker('a').claim(1, { idle: true })
    await stage.enqueue([message('x'), message('y')])
    expect(await ear.all()).toEqual(['b:wake'])
  },

  async 'wakeNobody wakes nobody'(stage) {
    const ear = await stage.ear('a')
    await stage.worker('a').claim(1, { idle: true })
    await stage.enqueue([message('x')], { wakeNobody: true })
    expect(await ear.all()).toEqual([])
  },

  async 'a frame that adds nothing wakes nobody'(stage) {
    const ear = await stage.ear('a')
    await stage.enqueue([message('mine', { explicit: true })])
    await stage.store.cancel('mine')
    await stage.worker('a').claim(1, { idle: true })
    expect(await stage.enqueue([message('mine', { explicit: true })])).toEqual(['duplicate'])
    expect(await ear.all()).toEqual([])
  },

  async 'an earlier due time wakes the worker that has the timer'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.enqueue([message('x', { delayMs: 5000 })])
    expect((await stage.worker('a').claim(1, { idle: true })).dueInMs).toBe(5000)
    await stage.advance(1)
    await stage.worker('b').claim(1, { idle: true })
    await stage.enqueue([message('later', { delayMs: 9000 })], { wakeNobody: true })
    await stage.enqueue([message('sooner', { delayMs: 1000 })])
    expect(await ear.all()).toContain('a:wake')
  },

  ...enqueueDedupe,
}
