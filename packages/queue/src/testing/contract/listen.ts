import { expect } from 'vitest'
import type { Rules } from './rules.ts'
import { message } from './stage.ts'
import { idOf } from './test-worker.ts'

export const rules: Rules = {
  async 'a signal reaches a worker that listens through another process'(stage) {
    const other = await stage.store2()
    const heard = new Promise((resolve) => {
      void other.listen(idOf('a'), resolve).then(async (stop) => {
        stage.afterwards(stop)
        await stage.worker('a').claim(1, { idle: true })
        await stage.enqueue([message('x')])
      })
    })
    expect(await heard).toEqual({ kind: 'wake' })
  },

  async 'a worker hears its own signals only'(stage) {
    const ear = await stage.ear('a', 'b')
    await stage.enqueueEach(['x', 'y'])
    await stage.worker('b').claim(1)
    await stage.worker('a').claim(1)
    await stage.store.cancel(idOf('y'))
    await stage.store.cancel(idOf('x'))
    expect(await ear.all()).toEqual(['a:cancel:y', 'b:cancel:x'])
  },

  async 'a worker that stopped listening is passed over, and the next one woken'(stage) {
    const ear = await stage.ear('c')
    for (const name of ['a', 'b']) {
      const stop = await stage.store.listen(idOf(name), () => {})
      await stage.worker(name).claim(1, { idle: true })
      await stage.advance(1)
      await stop()
    }
    await stage.worker('c').claim(1, { idle: true })
    await stage.enqueue([message('x')])
    expect(await ear.all()).toEqual(['c:wake'])
  },

  async 'at most three registrations are tried for one wake-up'(stage) {
    const ear = await stage.ear('d')
    for (const name of ['a', 'b', 'c', 'd']) {
      await stage.worker(name).claim(1, { idle: true })
      await stage.advance(1)
    }
    await stage.enqueue([message('x')])
    expect(await ear.all()).toEqual([])
  },
}
