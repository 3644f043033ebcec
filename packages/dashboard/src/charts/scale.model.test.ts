import { expect, it } from 'vitest'
import fc from 'fast-check'
import { linearScale, logScale } from './scale.model.ts'
import type { Scale } from './scale.model.ts'

const labels = ({ ticks }: Scale) => ticks.map(({ label }) => label)

it.each([
  [312, 'perSecond', ['0', '100', '200', '300', '400']],
  [7, 'count', ['0', '2', '4', '6', '8']],
  [14_562, 'count', ['0', '5,000', '10,000', '15,000']],
  [0.9, 'perSecond', ['0', '0.5', '1.0']],
  [0, 'perSecond', ['0', '0.005', '0.010']],
  [3, 'percent', ['0', '5 %', '10 %']],
  [97, 'percent', ['0', '50 %', '100 %']],
  [0.38, 'ratio', ['0', '10 %', '20 %', '30 %', '40 %']],
  [1.42 * 1_024 ** 3, 'bytes', ['0', '0.5 GiB', '1.0 GiB', '1.5 GiB']],
  [200 * 1_024, 'bytesPerSecond', ['0', '50 KiB/s', '100 KiB/s', '150 KiB/s', '200 KiB/s']],
] as const)('a zero-based scale up to %d %s reads %j', (max, unit, expected) => {
  expect(labels(linearScale(max, unit))).toEqual(expected)
})

it('a zero-based scale has two to five labels and holds what it is for', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constantFrom('bytes', 'count', 'perSecond', 'ms'), (max, unit) => {
      const scale = linearScale(max, unit as 'bytes')
      expect(scale.top).toBeGreaterThanOrEqual(max * (1 - 1e-9))
      expect(scale.ticks.length).toBeGreaterThanOrEqual(2)
      expect(scale.ticks.length).toBeLessThanOrEqual(5)
    }),
  )
})

it('a share never goes beyond all of it', () => {
  expect([linearScale(100, 'percent').top, linearScale(1, 'ratio').top]).toEqual([100, 1])
})

it('a scale of latency begins at 1 ms, lower only where something is', () => {
  expect([logScale(9, 412).bottom, logScale(0.3, 40).bottom, logScale(0, 40).bottom]).toEqual([1, 0.1, 1])
})

it.each([
  [9, 412, ['1 ms', '10 ms', '100 ms']],
  [20, 80_000, ['1 ms', '100 ms', '10 s']],
  [0.3, 0.8, ['0.1 ms', '1 ms']],
  [1, 1_000, ['1 ms', '10 ms', '100 ms', '1 s']],
  [5, 5, ['1 ms', '10 ms']],
])('latencies from %d to %d ms are labelled %j', (min, max, expected) => {
  expect(labels(logScale(min, max))).toEqual(expected)
})

it('a scale of latency ends at 1, 2 or 5 times a power of ten, and is a power high at least', () => {
  expect([412, 501, 1_001, 3].map((max) => logScale(1, max).top)).toEqual([500, 1_000, 2_000, 10])
})
