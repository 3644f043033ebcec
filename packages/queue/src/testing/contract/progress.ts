import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { freshNonce, idOf } from './test-worker.ts'

export const rules: Rules = {
  async 'the newest ratio and note are kept'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    const nonce = worker.nonces.get(idOf('a')) ?? ''
    expect(await stage.store.progress(worker.id, idOf('a'), nonce, { ratio: 0.25, note: 'reading' })).toBe('done')
    expect((await stage.stored('a')).progress).toEqual({ ratio: 0.25, note: 'reading' })
    expect(await stage.store.progress(worker.id, idOf('a'), nonce, { ratio: 1 })).toBe('done')
    expect((await stage.stored('a')).progress).toEqual({ ratio: 1, note: null })
  },

  async 'lines are appended, the newest 100 kept, and the ratio stays'(stage) {
    await stage.enqueueEach(['a'])
    const worker = stage.worker()
    await worker.claim(1)
    const nonce = worker.nonces.get(idOf('a')) ?? ''
    const lines = Array.from({ length: 105 }, (_, index) => `line ${index} · "€"`)
    await stage.store.progress(worker.id, idOf('a'), nonce, { ratio: 0.5 })
    await stage.store.progress(worker.id, idOf('a'), nonce, { lines: lines.slice(0, 60) })
    await stage.store.progress(worker.id, idOf('a'), nonce, { lines: lines.slice(60) })
    const found = await stage.stored('a')
    expect(found.log).toEqual(lines.slice(5))
    expect(found.progress).toEqual({ ratio: 0.5, note: null })
  },

  async 'only the current claim may report'(stage) {
    await stage.enqueueEach(['a'])
    const [one, two] = [stage.worker('one'), stage.worker('two')]
    await one.claim(1)
    const nonce = one.nonces.get(idOf('a')) ?? ''
    const report = { ratio: 0.5, lines: ['x'] }
    expect(await stage.store.progress(one.id, idOf('a'), freshNonce(), report)).toBe('stale')
    expect(await stage.store.progress(two.id, idOf('a'), nonce, report)).toBe('stale')
    expect(await stage.store.progress(one.id, 'nobody', nonce, report)).toBe('stale')
    await one.settle([one.released('a')])
    expect(await stage.store.progress(one.id, idOf('a'), nonce, report)).toBe('stale')
    expect(await stage.stored('a')).toMatchObject({ progress: null, log: [] })
    expect((await stage.stats()).totals.stale).toBe(0)
  },

  async 'progress and lines outlive completion and death, and vanish with the message'(stage) {
    await stage.enqueueEach(['a', 'b'])
    const worker = stage.worker()
    await worker.claim(2)
    for (const name of ['a', 'b']) {
      await stage.store.progress(worker.id, idOf(name), worker.nonces.get(idOf(name)) ?? '', { ratio: 0.75, lines: [name] })
    }
    await worker.settle([worker.done('a'), worker.dead('b')])
    expect(await stage.stored('a')).toMatchObject({ progress: { ratio: 0.75, note: null }, log: ['a'] })
    expect(await stage.stored('b')).toMatchObject({ progress: { ratio: 0.75, note: null }, log: ['b'] })
    await stage.store.purge('completed', 1)
    await stage.store.purge('dead', 1)
    expect(await stage.find('a')).toBeUndefined()
    expect(await stage.find('b')).toBeUndefined()
  },
}
