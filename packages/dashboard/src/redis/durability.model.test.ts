import { expect, it } from 'vitest'
import { durabilityOf } from './durability.model.ts'

it('the ladder is filled up to the grade', () => {
  const { rungs } = durabilityOf({ kind: 'redis', durability: 'crash-safe', connected: true })
  expect(rungs.map(({ grade, isReached, isCurrent }) => [grade, isReached, isCurrent])).toEqual([
    ['volatile', true, false],
    ['crash-safe', true, true],
    ['power-safe', false, false],
    ['replicated', false, false],
  ])
})

it('a file has the grades that a file can have', () => {
  const { rungs, sentence } = durabilityOf({ kind: 'embedded', durability: 'power-safe', connected: true })
  expect(rungs.map(({ grade }) => grade)).toEqual(['crash-safe', 'power-safe'])
  expect(sentence).not.toMatch(/redis/i)
})

it('a store that keeps nothing fails the question, one that does not say leaves it open', () => {
  const stateOf = (durability: 'volatile' | null, connected = true) => durabilityOf({ kind: 'redis', durability, connected }).state.status
  expect([stateOf('volatile'), stateOf(null), stateOf('volatile', false)]).toEqual(['fail', 'unknown', 'unknown'])
})
