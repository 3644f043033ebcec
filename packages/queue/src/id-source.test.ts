import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IdSource, timeOfId } from './id-source.ts'

describe('IdSource', () => {
  it('gives 14 characters that begin with the partition and tell their time', () => {
    const id = new IdSource(1234, () => 1_800_000_000_000).next()
    expect(id).toMatch(/^0[-0-9A-Z_a-z]{13}$/)
    expect(timeOfId(id)).toBe(1_800_000_000_000)
  })

  it('ids ascend as bytes whatever the clock does, and none comes twice', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 200 }), (steps) => {
        let now = 1_800_000_000_000
        const ids = new IdSource(7, () => now)
        let last = ''
        for (const step of steps) {
          now += step
          const id = ids.next()
          expect(id > last).toBe(true)
          last = id
        }
      }),
    )
  })

  it('borrows from the next millisecond when 4,096 are used up', () => {
    const ids = new IdSource(7, () => 1_800_000_000_000)
    const all = Array.from({ length: 10_000 }, () => ids.next())
    expect(new Set(all).size).toBe(10_000)
    expect(all).toEqual(all.toSorted())
    expect(timeOfId(all[4095] as string)).toBe(1_800_000_000_000)
    expect(timeOfId(all[4096] as string)).toBe(1_800_000_000_001)
  })

  it('two processes never make the same id', () => {
    const [a, b] = [new IdSource(0, () => 5), new IdSource(16_777_215, () => 5)]
    const all = Array.from({ length: 5000 }, () => [a.next(), b.next()]).flat()
    expect(new Set(all).size).toBe(10_000)
  })

  it("a caller's own id tells no time", () => {
    expect(timeOfId('invoice-17')).toBeUndefined()
    expect(timeOfId('0abcdef!ghijkl')).toBeUndefined()
  })
})
