import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultShares, promisedShare, turnsOf } from './shares.ts'

const letters = (turns: readonly number[]) => turns.map((level) => 'uhnl'[level]).join(' ')
const share = fc.integer({ min: 1, max: 100 })

describe('turnsOf', () => {
  it('8:4:2:1 is u h u n u h u l u h u n u h u', () => {
    expect(letters(turnsOf(defaultShares))).toBe('u h u n u h u l u h u n u h u')
  })

  it('strict is the empty order', () => {
    expect(turnsOf('strict')).toEqual([])
  })

  it('equal shares go round, highest first', () => {
    expect(letters(turnsOf({ urgent: 5, high: 5, normal: 5, low: 5 }))).toBe('u h n l')
  })

  it('each level has as many turns as its share, in lowest terms', () => {
    fc.assert(
      fc.property(share, share, share, share, (urgent, high, normal, low) => {
        const turns = turnsOf({ urgent, high, normal, low })
        const counts = [0, 1, 2, 3].map((level) => turns.filter((turn) => turn === level).length)
        const factor = urgent / (counts[0] as number)
        expect(counts.map((count) => count * factor)).toEqual([urgent, high, normal, low])
      }),
    )
  })

  it('no level waits much longer than its share says: at most twice the even distance, and 3 turns more', () => {
    fc.assert(
      fc.property(share, share, share, share, (urgent, high, normal, low) => {
        const turns = turnsOf({ urgent, high, normal, low })
        for (const level of [0, 1, 2, 3]) {
          const places = turns.flatMap((turn, index) => (turn === level ? [index] : []))
          const round = [...places, (places[0] as number) + turns.length]
          const widest = Math.max(...round.slice(1).map((place, index) => place - (round[index] as number)))
          expect(widest).toBeLessThanOrEqual((2 * turns.length) / places.length + 3)
        }
      }),
    )
  })
})

describe('promisedShare', () => {
  it('is the part of the sum, and nothing in strict order', () => {
    expect(promisedShare(defaultShares, 'low')).toBeCloseTo(1 / 15)
    expect(promisedShare('strict', 'low')).toBeNull()
  })
})
