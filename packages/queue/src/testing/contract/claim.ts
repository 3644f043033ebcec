import { expect } from 'vitest'
import { levels } from '../../message.ts'
import { claimRepeats } from './claim-repeats.ts'
import { claimTimers } from './claim-timers.ts'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import type { Stage } from './stage.ts'
import { defaultTurns, idOf, namesOf } from './test-worker.ts'

/** `count` messages a level, named by level and number: u00, u01 … */
async function fill(stage: Stage, count: number, of: readonly (typeof levels)[number][] = levels): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => String(index).padStart(2, '0'))
  await stage.enqueue(of.flatMap((level) => numbers.map((number) => message(`${level[0]}${number}`, { level }))))
}

export const rules: Rules = {
  async 'shares hold within one call, and the answer goes level by level'(stage) {
    await fill(stage, 20)
    const { messages, more } = await stage.worker().claim(15)
    const of = (level: string, count: number) => Array.from({ length: count }, (_, index) => `${level}${String(index).padStart(2, '0')}`)
    expect(namesOf(messages)).toEqual([...of('u', 8), ...of('h', 4), ...of('n', 2), ...of('l', 1)])
    expect(more).toBe(true)
  },

  async 'the order of turns goes on from claim to claim, whoever claims'(stage) {
    await fill(stage, 20)
    const workers = [stage.worker('a'), stage.worker('b')]
    const seen: number[] = []
    for (let turn = 0; turn < 30; turn += 1) {
      const { messages } = (await workers[turn % 2]?.claim(1)) ?? { messages: [] }
      seen.push(...messages.map((given) => levels.indexOf(given.level)))
    }
    expect(seen).toEqual([...defaultTurns, ...defaultTurns])
  },

  async 'an empty level gives its turn to the highest that has something'(stage) {
    await fill(stage, 30, ['high', 'low'])
    const worker = stage.worker()
    const seen: string[] = []
    for (let turn = 0; turn < 15; turn += 1) seen.push(...(await worker.claim(1)).messages.map((given) => given.level))
    expect(seen.filter((level) => level === 'low')).toHaveLength(1)
    expect(seen[7]).toBe('low')
  },

  async 'after the queue ran dry the turns start again'(stage) {
    await fill(stage, 1, ['urgent'])
    const worker = stage.worker()
    await worker.claim(1)
    await stage.enqueue([message('top', { level: 'urgent' }), message('next', { level: 'high' })])
    expect(namesOf((await worker.claim(1)).messages)).toEqual(['top'])
  },

  async 'without turns the highest level goes first, always'(stage) {
    await fill(stage, 5)
    const { messages } = await stage.worker().claim(12, { turns: [] })
    expect(messages.map((given) => given.level)).toEqual([...Array(5).fill('urgent'), ...Array(5).fill('high'), ...Array(2).fill('normal')])
  },

  async 'a low message at position k of its level is claimed within 15 k claims'(stage) {
    await fill(stage, 60, ['urgent', 'low'])
    const worker = stage.worker()
    const seen: string[] = []
    for (let call = 0; call < 9; call += 1) seen.push(...(await worker.claim(5)).messages.map((given) => given.level))
    for (let k = 1; k <= 3; k += 1) expect(seen.slice(0, 15 * k).filter((level) => level === 'low').length).toBeGreaterThanOrEqual(k)
  },

  async 'within a level first in goes first out, by due time'(stage) {
    await stage.enqueue([message('later', { delayMs: 20 })])
    await stage.advance(10)
    await stage.enqueue([message('first')])
    await stage.advance(20)
    await stage.enqueue([message('last')])
    expect(namesOf((await stage.worker().claim(3)).messages)).toEqual(['first', 'later', 'last'])
  },

  async 'a claimed message tells all that was given and when it became ready'(stage) {
    const options = { name: 'mail', tags: ['x'] }
    await stage.enqueue([message('a', { level: 'low', options, payload: '[1]' }), message('b', { delayMs: 1000 })])
    const { createdAtMs } = await stage.stored('a')
    await stage.advance(1500)
    const { messages, claimedAtMs } = await stage.worker().claim(2)
    const [b, a] = messages
    expect(claimedAtMs).toBe(createdAtMs + 1500)
    expect(a).toMatchObject({
      id: idOf('a'),
      level: 'low',
      options,
      payload: '[1]',
      createdAtMs,
      scheduledForMs: null,
      readyAtMs: createdAtMs,
    })
    expect(a).toMatchObject({ retries: 0, crashes: 0, alone: false })
    expect(b).toMatchObject({
      id: idOf('b'),
      options: undefined,
      createdAtMs,
      scheduledForMs: createdAtMs + 1000,
      readyAtMs: createdAtMs + 1000,
    })
  },

  async 'an active message belongs to its worker and to nobody else'(stage) {
    await stage.enqueueEach(['a', 'b'])
    await stage.worker('one').claim(1)
    expect(namesOf((await stage.worker('two').claim(5)).messages)).toEqual(['b'])
    expect(await stage.stored('a')).toMatchObject({ state: 'active', worker: idOf('one'), atMs: null })
    expect(await stage.listed({ state: 'ready' })).toEqual([])
  },

  async 'fences rise with every claim, even while the clock stands still'(stage) {
    await stage.enqueueEach(['a', 'b', 'c', 'd'])
    const [one, two] = [stage.worker('one'), stage.worker('two')]
    const fences: number[] = []
    for (const worker of [one, two]) fences.push(...(await worker.claim(1)).messages.map((given) => given.fence))
    fences.push(...(await one.claim(2, { results: [one.released('a')] })).messages.map((given) => given.fence))
    expect(fences).toHaveLength(4)
    expect([...fences].sort((a, b) => a - b)).toEqual(fences)
    expect(new Set(fences).size).toBe(4)
    await stage.advance(1000)
    const { messages, claimedAtMs } = await two.claim(1)
    expect(messages[0]?.fence).toBeGreaterThanOrEqual(claimedAtMs * 1000)
  },

  async 'limit 0 gives nothing'(stage) {
    await stage.enqueueEach(['a'])
    expect(await stage.worker().claim(0, { idle: true })).toMatchObject({ messages: [], idle: false })
    expect((await stage.stats()).counts.ready).toBe(1)
  },

  async 'more tells whether ready messages are left'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    expect((await worker.claim(1)).more).toBe(true)
    expect((await worker.claim(1)).more).toBe(false)
  },

  async 'a worker that got less than its limit is registered as idle when it wants to be'(stage) {
    await stage.enqueueEach(['a', 'b'])
    expect((await stage.worker('one').claim(1, { idle: true })).idle).toBe(false)
    expect((await stage.worker('two').claim(2, { idle: false })).idle).toBe(false)
    expect((await stage.worker('three').claim(1, { idle: true })).idle).toBe(true)
  },

  async "a claim takes back the worker's older registration"(stage) {
    const ear = await stage.ear('a')
    const worker = stage.worker('a')
    await worker.claim(1, { idle: true })
    await worker.claim(1)
    await stage.enqueue([message('x')])
    expect(await ear.all()).toEqual([])
  },

  async 'a claim that filled its limit and leaves messages wakes one idle worker'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.worker('a').claim(1, { idle: true })
    await stage.advance(1)
    await stage.worker('b').claim(1, { idle: true })
    await stage.enqueue([message('x'), message('y')], { wakeNobody: true })
    await stage.worker('c').claim(1)
    await stage.worker('d').claim(1)
    expect(await ear.all()).toEqual(['a:wake'])
  },

  async 'results are settled before anything is claimed'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    const answer = await worker.claim(1, { results: [worker.released('a')] })
    expect(answer.outcomes).toEqual(['done'])
    expect(namesOf(answer.messages)).toEqual(['a'])
  },

  async 'a message is never given before its time'(stage) {
    await stage.enqueue([message('a', { delayMs: 1000 })])
    const worker = stage.worker()
    await stage.advance(999.999)
    expect((await worker.claim(1)).messages).toEqual([])
    await stage.advance(0.001)
    expect(namesOf((await worker.claim(1)).messages)).toEqual(['a'])
  },

  async 'one claim promotes 250 due messages, urgent first'(stage) {
    const names = Array.from({ length: 200 }, (_, index) => `m${String(index).padStart(3, '0')}`)
    await stage.enqueue(names.map((name) => message(`l${name}`, { level: 'low', delayMs: 1000 })))
    await stage.enqueue(names.map((name) => message(`u${name}`, { level: 'urgent', delayMs: 2000 })))
    await stage.advance(3000)
    const worker = stage.worker()
    const first = await worker.claim(250, { turns: [] })
    expect(first.messages.filter((given) => given.level === 'urgent')).toHaveLength(200)
    expect(first.messages).toHaveLength(250)
    expect((await worker.claim(250)).messages).toHaveLength(150)
  },

  async 'a claim with limit 0 promotes too, and no more than 250'(stage) {
    const names = Array.from({ length: 260 }, (_, index) => `m${String(index).padStart(3, '0')}`)
    await stage.enqueue(names.slice(0, 130).map((name) => message(name, { delayMs: 1000 })))
    await stage.enqueue(names.slice(130).map((name) => message(name, { delayMs: 1000 })))
    await stage.advance(1000)
    const worker = stage.worker()
    await worker.claim(0)
    expect(await stage.listed({ state: 'ready' })).toEqual(names.slice(0, 250))
    expect(await stage.listed({ state: 'scheduled' })).toEqual(names.slice(250))
    await worker.claim(0)
    expect(await stage.listed({ state: 'scheduled' })).toEqual([])
  },

  ...claimRepeats,
  ...claimTimers,
}
