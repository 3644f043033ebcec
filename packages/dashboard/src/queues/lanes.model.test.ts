import type { LevelStats } from '@millrace/contract'
import { describe, expect, it } from 'vitest'
import { glyphOf, lanesOf } from './lanes.model.ts'
import { levelWith as level } from './queue.test.fixture.ts'

const lane = (more: Partial<LevelStats>) => lanesOf([level(more)]).lanes[0]

describe('a lane', () => {
  it('all four have one linear scale that holds the deepest', () => {
    const { scale, lanes } = lanesOf([12, 238, 1_906, 12_406].map((ready) => level({ ready })))
    expect(scale).toBe(12_500)
    expect(lanes.map(({ water }) => water)).toEqual([12 / 12_500, 238 / 12_500, 1_906 / 12_500, 12_406 / 12_500])
  })

  it('an idle queue has empty channels and open gates', () => {
    expect(lane({})).toMatchObject({ water: 0, gate: 1, shortfall: 0, mark: null })
  })

  it('the gate opens as far as what was served reaches of what was promised', () => {
    expect(lane({ ready: 5, served: 0.05, share: 0.1 })?.gate).toBe(0.5)
    expect(lane({ ready: 5, served: 0.3, share: 0.1 })?.gate).toBe(1)
  })

  it('what is missing is hatched below 60 % of what was promised, and only while something waits', () => {
    expect(lane({ ready: 5, served: 0.059, share: 0.1 })?.shortfall).toBeCloseTo(0.041)
    expect(lane({ ready: 5, served: 0.06, share: 0.1 })?.shortfall).toBe(0)
    expect(lane({ ready: 0, served: 0.01, share: 0.1 })?.shortfall).toBe(0)
  })

  it('is late past its age target, and starved past ten times it', () => {
    expect(lane({ ready: 1, oldestAgeMs: 1_000 })?.mark).toBeNull()
    expect(lane({ ready: 1, oldestAgeMs: 7_600 })).toMatchObject({ factor: 7.6, mark: { word: 'Late' } })
    expect(lane({ ready: 1, oldestAgeMs: 10_001 })).toMatchObject({ isStarved: true, mark: { word: 'Starved' } })
  })

  it('strict order promises nothing: no target, no shortfall', () => {
    expect(lane({ ready: 5, served: 0.01, share: null })).toMatchObject({ gate: 1, shortfall: 0 })
  })
})

it('the glyph has a square-root scale, so that a small depth is still seen', () => {
  expect(glyphOf([level({ ready: 100 }), level({ ready: 10_000 })]).map(({ width }) => width)).toEqual([0.1, 1])
})
