import { expect, test } from 'vitest'
import { concurrency, failureOf, messagesAt, tickMs, workMs } from './plan.ts'

const levels = ['urgent', 'high', 'normal', 'low'] as const

test('every level gets messages at every tick, and the lowest gets bursts', () => {
  for (let tick = 0; tick < 200; tick += 1) {
    expect(new Set(messagesAt(tick).map(({ priority }) => priority))).toEqual(new Set(levels))
  }
  const low = Array.from({ length: 80 }, (_, tick) => messagesAt(tick).filter(({ priority }) => priority === 'low').length)
  expect(Math.max(...low)).toBeGreaterThan(20 * Math.min(...low))
})

test('a burst is more than the handlers do meanwhile, and is worked off before the next', () => {
  const chances = Array.from({ length: 1_000 }, (_, index) => (index + 0.5) / 1_000)
  const work = (tick: number) =>
    messagesAt(tick).reduce((sum, { name }) => sum + chances.reduce((total, chance) => total + workMs(name, chance), 0) / chances.length, 0)
  const capacity = concurrency * tickMs
  expect(work(1)).toBeGreaterThan(capacity)
  const cycle = Array.from({ length: 240 }, (_, tick) => work(tick))
  expect(cycle.reduce((sum, each) => sum + each, 0)).toBeLessThan(240 * capacity)
})

test('invoices fail with two reasons, sometimes succeed, and nothing else fails', () => {
  const failures = (name: Parameters<typeof failureOf>[0]) =>
    new Set([0, 0.3, 0.6, 0.79, 0.9, 0.99].map((chance) => failureOf(name, chance)))
  expect(failures('sample.invoice').size).toBe(3)
  for (const name of ['sample.notice', 'sample.page', 'sample.report'] as const) expect(failures(name)).toEqual(new Set([undefined]))
})
