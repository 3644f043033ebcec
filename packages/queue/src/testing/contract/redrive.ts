import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import type { Stage } from './stage.ts'
import { idOf, namesOf } from './test-worker.ts'

/** Messages of these names, dead one ms after the other in that order, each with the term `name:` and its name. */
async function dead(stage: Stage, ...names: string[]): Promise<void> {
  await stage.enqueueEach(names)
  const worker = stage.worker('undertaker')
  await worker.claim(names.length)
  for (const name of names) {
    await worker.settle([worker.dead(name, `reason of ${name}`, [`name:${name}`])])
    await stage.advance(1)
  }
  await stage.store.release(worker.id)
}

export const rules: Rules = {
  async 'dead messages are ready again, with a fresh start and their history'(stage) {
    await dead(stage, 'a', 'b')
    await stage.enqueueEach(['c'])
    expect(await stage.store.redrive({ ids: [idOf('b'), idOf('a')] })).toEqual({ changed: 2, more: false, blocked: 0 })
    expect(await stage.stored('a')).toMatchObject({ state: 'ready', retries: 0, crashes: 0, reason: null, atMs: null })
    expect((await stage.stored('a')).attempts).toHaveLength(1)
    expect(await stage.listed({ state: 'dead' })).toEqual([])
    expect(await stage.listed({ state: 'dead', term: 'name:a' })).toEqual([])
    expect(namesOf((await stage.worker().claim(3)).messages)).toEqual(['c', 'b', 'a'])
    expect((await stage.stats()).totals).toMatchObject({ dead: 2, removed: 0, enqueued: 3 })
  },

  async 'a message that died of crashes starts without them'(stage) {
    await stage.enqueueEach(['a'])
    await stage.crash(4, 'a')
    await stage.store.redrive({ ids: [idOf('a')] })
    expect(await stage.stored('a')).toMatchObject({ state: 'ready', crashes: 0 })
    await stage.crash(3, 'a')
    expect(await stage.stored('a')).toMatchObject({ state: 'ready', crashes: 3 })
  },

  async 'a limit takes the oldest first and says whether some are left'(stage) {
    await dead(stage, 'b', 'c', 'a')
    expect(await stage.store.redrive({ limit: 2 })).toEqual({ changed: 2, more: true, blocked: 0 })
    expect(await stage.listed({ state: 'ready' })).toEqual(['b', 'c'])
    expect(await stage.store.redrive({ limit: 2 })).toEqual({ changed: 1, more: false, blocked: 0 })
  },

  async 'ids that are not dead are passed over'(stage) {
    await dead(stage, 'a')
    await stage.enqueueEach(['b'])
    expect(await stage.store.redrive({ ids: [idOf('b'), 'nobody', idOf('a'), idOf('a')] })).toEqual({ changed: 1, more: false, blocked: 0 })
    expect(await stage.store.redrive({ ids: [idOf('a')] })).toEqual({ changed: 0, more: false, blocked: 0 })
  },

  async 'with a delay they wait for it'(stage) {
    await dead(stage, 'a')
    await stage.store.redrive({ limit: 5 }, { delayMs: 4000 })
    const { createdAtMs, atMs } = await stage.stored('a')
    expect(atMs).toBe(createdAtMs + 4001)
    expect((await stage.stats()).counts).toMatchObject({ scheduled: 1, dead: 0 })
    await stage.advance(4000)
    expect(namesOf((await stage.worker().claim(1)).messages)).toEqual(['a'])
  },

  async 'a payload goes with exactly one id'(stage) {
    await dead(stage, 'a', 'b')
    await expect(stage.store.redrive({ limit: 1 }, { payload: '1' })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(stage.store.redrive({ ids: [idOf('a'), idOf('b')] }, { payload: '1' })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    expect((await stage.stats()).counts.dead).toBe(2)
    expect(await stage.store.redrive({ ids: [idOf('a')] }, { payload: '{"fixed":1}' })).toEqual({ changed: 1, more: false, blocked: 0 })
    expect((await stage.worker().claim(1)).messages).toMatchObject([{ id: idOf('a'), payload: '{"fixed":1}' }])
  },

  async 'undo puts back what a redrive scheduled, as it was'(stage) {
    await dead(stage, 'a', 'b')
    const before = await stage.stored('a')
    await stage.store.redrive({ limit: 5 }, { delayMs: 4000 })
    await stage.advance(1000)
    expect(await stage.store.redrive({ ids: [idOf('a'), idOf('a')] }, { undo: true })).toEqual({ changed: 1, more: false, blocked: 0 })
    expect(await stage.stored('a')).toMatchObject({ state: 'dead', reason: 'reason of a', atMs: before.atMs })
    expect(await stage.listed({ state: 'dead', term: 'name:a' })).toEqual(['a'])
    expect(await stage.store.redrive({ limit: 5 }, { undo: true })).toEqual({ changed: 1, more: false, blocked: 0 })
    expect(await stage.listed({ state: 'dead' })).toEqual(['b', 'a'])
    expect((await stage.stats()).totals.dead).toBe(2)
  },

  async 'undo by limit takes the earliest due first'(stage) {
    await dead(stage, 'a', 'b', 'c')
    await stage.store.redrive({ ids: [idOf('a')] }, { delayMs: 9000 })
    await stage.store.redrive({ ids: [idOf('b'), idOf('c')] }, { delayMs: 5000 })
    expect(await stage.store.redrive({ limit: 1 }, { undo: true })).toEqual({ changed: 1, more: true, blocked: 0 })
    expect(await stage.listed({ state: 'dead' })).toEqual(['b'])
    expect(await stage.store.redrive({ limit: 2 }, { undo: true })).toEqual({ changed: 2, more: false, blocked: 0 })
  },

  async 'undo leaves alone what was scheduled otherwise, promoted or due'(stage) {
    await dead(stage, 'a', 'b')
    await stage.enqueue([message('other', { delayMs: 5000 })])
    await stage.store.redrive({ limit: 5 }, { delayMs: 4000 })
    await stage.store.promote({ ids: [idOf('a')] })
    await stage.advance(4000)
    await stage.worker().claim(0)
    expect(await stage.store.redrive({ ids: [idOf('a'), idOf('b'), idOf('other')] }, { undo: true })).toEqual({
      changed: 0,
      more: false,
      blocked: 0,
    })
    expect(await stage.store.redrive({ limit: 5 }, { undo: true })).toEqual({ changed: 0, more: false, blocked: 0 })
    expect((await stage.stats()).counts).toMatchObject({ ready: 2, scheduled: 1, dead: 0 })
  },

  async 'a message redriven without delay cannot be put back'(stage) {
    await dead(stage, 'a')
    await stage.store.redrive({ limit: 1 })
    expect(await stage.store.redrive({ limit: 1 }, { undo: true })).toEqual({ changed: 0, more: false, blocked: 0 })
  },

  async 'a redrive that was undone may die and be redriven again'(stage) {
    await dead(stage, 'a')
    await stage.store.redrive({ limit: 1 }, { delayMs: 1000 })
    await stage.store.redrive({ limit: 1 }, { undo: true })
    await stage.store.redrive({ limit: 1 })
    const worker = stage.worker()
    await worker.claim(1)
    await worker.settle([worker.dead('a', 'again', ['name:again'])])
    expect(await stage.stored('a')).toMatchObject({ state: 'dead', reason: 'again', retries: 1 })
    expect(await stage.listed({ state: 'dead', term: 'name:a' })).toEqual([])
    expect((await stage.stats()).totals.dead).toBe(2)
  },

  async 'one idle worker is woken'(stage) {
    const ear = await stage.ear('a', 'b')
    await dead(stage, 'x', 'y')
    await stage.worker('a').claim(1, { idle: true })
    await stage.advance(1)
    await stage.worker('b').claim(1, { idle: true })
    await stage.store.redrive({ ids: ['nobody'] })
    await stage.store.redrive({ limit: 5 })
    expect(await ear.all()).toEqual(['a:wake'])
  },
}
