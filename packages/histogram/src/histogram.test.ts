import { describe, expect, it } from 'vitest'
import { Histogram, relativeError } from './histogram.ts'

describe('Histogram', () => {
  it('an empty one has no quantile, no bounds and no mean', () => {
    const histogram = new Histogram()
    expect([histogram.count, histogram.sum, histogram.min, histogram.max, histogram.mean, histogram.quantile(0.5)]).toEqual([
      0,
      0,
      null,
      null,
      null,
      null,
    ])
  })

  it('NaN and infinities are left out and answered false', () => {
    const histogram = new Histogram()
    expect([NaN, Infinity, -Infinity].map((value) => histogram.record(value))).toEqual([false, false, false])
    expect(histogram.count).toBe(0)
  })

  it('equal values give that very value at every quantile', () => {
    const histogram = new Histogram()
    histogram.record(0.1234, 1000)
    expect([0, 0.5, 0.95, 0.99, 1].map((q) => histogram.quantile(q))).toEqual(Array(5).fill(0.1234))
  })

  it('a value outside the range of the unit still counts, and min and max stay exact', () => {
    const histogram = new Histogram()
    for (const value of [1e-12, 1, 1e12]) histogram.record(value)
    expect([histogram.count, histogram.min, histogram.max]).toEqual([3, 1e-12, 1e12])
  })

  it('milliseconds are told apart from a microsecond to 49 days', () => {
    for (const ms of [0.001, 17 * 60_000, 20 * 60_000, 49 * 86_400_000]) {
      const histogram = new Histogram('milliseconds')
      for (const value of [ms / 2, ms, ms * 1.01]) histogram.record(value)
      expect(Math.abs((histogram.quantile(0.5) as number) / ms - 1)).toBeLessThan(relativeError)
    }
  })

  it('histograms of two units do not merge', () => {
    expect(() => new Histogram('seconds').merge(new Histogram('bytes'))).toThrow(RangeError)
  })

  it('a quantile outside 0…1 is refused', () => {
    expect(() => new Histogram().quantile(1.01)).toThrow('q must be between 0 and 1, got 1.01')
    expect(() => new Histogram().quantile(NaN)).toThrow(RangeError)
  })

  it('a text whose buckets do not add up to its count is refused', () => {
    expect(() => Histogram.decode('seconds;3;1 1 1;0;0:1;')).toThrow('an encoded histogram of 3 values holds 1')
  })
})
