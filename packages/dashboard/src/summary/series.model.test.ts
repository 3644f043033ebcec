import type { Series } from '@millrace/contract'
import { expect, it } from 'vitest'
import { limitOf, pointsOf } from './series.model.ts'

const one = (labels: Series['labels'], statistic: Series['statistic'], value: number): Series => ({
  metric: 'api.response_time',
  labels,
  statistic,
  unit: 'ms',
  points: [[0, value]],
})
const summary = { series: [one({ method: 'GET', endpoint: '/a' }, 'p95', 1), one({}, 'p95', 2), one({}, 'p50', 3)] }

it('a series is found by its metric, its statistic and exactly its labels', () => {
  expect(pointsOf(summary, 'api.response_time', 'p95')).toEqual([[0, 2]])
  expect(pointsOf(summary, 'api.response_time', 'p95', { endpoint: '/a', method: 'GET' })).toEqual([[0, 1]])
})

it('a series that the answer does not have is undefined, not empty', () => {
  expect(pointsOf(summary, 'api.response_time', 'p99')).toBeUndefined()
  expect(pointsOf(summary, 'api.response_time', 'p95', { endpoint: '/b', method: 'GET' })).toBeUndefined()
})

it('a metric without a stated limit has none', () => {
  const limits = [{ metric: 'cpu.usage', warn: 80, critical: 95 }]
  expect([limitOf({ limits }, 'cpu.usage')?.warn, limitOf({ limits }, 'disk.usage')]).toEqual([80, undefined])
})
