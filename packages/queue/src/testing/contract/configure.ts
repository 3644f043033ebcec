import { expect } from 'vitest'
import type { Rules } from './rules.ts'

export const rules: Rules = {
  async 'settings are read back as they were written'(stage) {
    expect(await stage.store.inspect.settings()).toBeUndefined()
    await stage.store.configure('{"maxRetries":5,"note":"ü"}')
    expect(await stage.store.inspect.settings()).toBe('{"maxRetries":5,"note":"ü"}')
    await stage.store.configure('{}')
    expect(await stage.store.inspect.settings()).toBe('{}')
  },

  async 'every process reads the same settings'(stage) {
    await stage.store.configure('{"a":1}')
    expect(await (await stage.store2()).inspect.settings()).toBe('{"a":1}')
  },

  async 'a queue that was only configured has figures'(stage) {
    await stage.store.configure('{}')
    expect(await stage.stats()).toMatchObject({ paused: false, counts: { ready: 0 }, workers: 0 })
  },
}
