import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Histogram, relativeError } from './histogram.ts'

const smallest = 2 ** -20
const largest = 2 ** 20

/** Values the unit tells apart: both signs, zero, tiny and huge. */
const magnitude = fc.double({ min: smallest, max: largest, noNaN: true })
const value = fc.oneof(
  magnitude,
  magnitude.map((x) => -x),
  fc.constant(0),
)
const values = fc.array(value, { maxLength: 300 })

function of(samples: readonly number[]): Histogram {
  const histogram = new Histogram('seconds')
  for (const sample of samples) histogram.record(sample)
  return histogram
}

function nearestRank(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] as number
}

/** All but the sum, whose last bits depend on the order of additions. */
function shape(histogram: Histogram): string {
  const [unit, count, bounds = '', ...rest] = histogram.encode().split(';')
  return [unit, count, bounds.split(' ').slice(1).join(' '), ...rest].join(';')
}

describe('the laws of a histogram', () => {
  it('a quantile is within the stated relative error of the nearest-rank value, for every sign', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), fc.double({ min: 0, max: 1, noNaN: true }), (samples, q) => {
        const exact = nearestRank(samples, q)
        const got = of(samples).quantile(q) as number
        expect(Math.abs(got - exact)).toBeLessThanOrEqual(Math.abs(exact) * (relativeError + 1e-9))
      }),
    )
  })

  it('count, min and max are exact, and the sum is the sum of doubles', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (samples) => {
        const histogram = of(samples)
        expect(histogram.count).toBe(samples.length)
        expect(histogram.min).toBe(Math.min(...samples.map((x) => x + 0)))
        expect(histogram.max).toBe(Math.max(...samples.map((x) => x + 0)))
        expect(histogram.sum).toBe(samples.reduce((a, b) => a + b, 0))
      }),
    )
  })

  it('merging equals recording the union', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(shape(of(a).merge(of(b)))).toBe(shape(of([...a, ...b])))
      }),
    )
  })

  it('merging is commutative and associative and has the empty histogram as its neutral element', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        expect(shape(of(a).merge(of(b)))).toBe(shape(of(b).merge(of(a))))
        expect(shape(of(a).merge(of(b)).merge(of(c)))).toBe(shape(of(a).merge(of(b).merge(of(c)))))
        expect(of(a).merge(new Histogram()).encode()).toBe(of(a).encode())
        expect(new Histogram().merge(of(a)).encode()).toBe(of(a).encode())
      }),
    )
  })

  it('merging a histogram into itself doubles it', () => {
    fc.assert(
      fc.property(values, (a) => {
        const histogram = of(a)
        expect(shape(histogram.merge(histogram))).toBe(shape(of([...a, ...a])))
      }),
    )
  })

  it('decode gives back what encode was given', () => {
    fc.assert(
      fc.property(values, (samples) => {
        const text = of(samples).encode()
        expect(Histogram.decode(text).encode()).toBe(text)
      }),
    )
  })

  it('no text makes decode do anything but give a histogram or a RangeError', () => {
    const text = fc.oneof(
      fc.string(),
      fc.tuple(fc.constantFrom('seconds', 'milliseconds', 'bytes'), fc.string()).map(([unit, rest]) => `${unit};${rest}`),
    )
    fc.assert(
      fc.property(text, (input) => {
        try {
          Histogram.decode(input)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
  })
})
