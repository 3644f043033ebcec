import { describe, expect, it } from 'vitest'
import { describeStore } from './describe-store.ts'
import { FakeClock } from './fake-clock.ts'
import { ModelStore } from './model-store.ts'

describeStore('the model', async () => {
  const clock = new FakeClock()
  let store = new ModelStore()
  return {
    open: async () => (store = new ModelStore('model', { clock })),
    store2: async () => store.second(),
    advance: (ms) => clock.advance(ms),
    now: () => clock.now(),
    close: async () => {},
  }
})

describe('FakeClock', () => {
  it('stands still until it is moved, and counts fractions to a microsecond', () => {
    const clock = new FakeClock()
    expect(clock.now()).toBe(1_800_000_000_000)
    clock.advance(1.0004)
    expect(clock.nowUs()).toBe(1_800_000_000_001_000)
    clock.advance(0.001)
    expect(clock.nowUs()).toBe(1_800_000_000_001_001)
    expect(() => clock.advance(-1)).toThrow(RangeError)
  })

  it('calls what is repeated at each of its moments, in order, until stopped', () => {
    const clock = new FakeClock(0)
    const seen: string[] = []
    const stop = clock.every(1000, () => seen.push(`a${clock.now()}`))
    clock.every(1500, () => seen.push(`b${clock.now()}`))
    clock.advance(3100)
    stop()
    clock.advance(1400)
    expect(seen).toEqual(['a1000', 'b1500', 'a2000', 'a3000', 'b3000', 'b4500'])
  })
})
