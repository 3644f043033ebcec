import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../fake-clock.ts'
import { ModelStore } from '../model-store.ts'
import { difference } from './compare.ts'
import { describeSequences } from './describe-sequences.ts'
import { sequences } from './operation.ts'
import { play } from './play.ts'
import { rareThings, shown } from './reach.ts'

const clock = new FakeClock()
const harness = {
  open: async () => new ModelStore('model', { clock }),
  store2: async () => new ModelStore('model', { clock }),
  advance: (ms: number) => clock.advance(ms),
  now: () => clock.now(),
  close: async () => {},
}

describe('difference', () => {
  it('names the first place where two values differ', () => {
    expect(difference({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toBeUndefined()
    expect(difference({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] })).toBe('.a.1.b: expected 2 but was 3')
    expect(difference({ a: 1 }, { a: 1, b: null })).toBe('.b: expected undefined but was null')
  })
})

describe('the sequences', () => {
  it('bring about every rare thing several times in 300', async () => {
    const seen = new Map<string, number>()
    const hear = (text: string, result: unknown) => {
      for (const thing of shown(text, result)) seen.set(thing, (seen.get(thing) ?? 0) + 1)
    }
    for (const sequence of fc.sample(sequences({ min: 30, max: 60 }), { numRuns: 300, seed: 1 })) await play(harness, sequence, hear)
    expect(rareThings.filter((thing) => (seen.get(thing) ?? 0) < 5)).toEqual([])
  })
})

describeSequences('the model against itself', async () => harness)
