import type { Series } from '@millrace/contract'
import { expect, it } from 'vitest'
import { instanceLabels, processLines, processRows } from './processes.model.ts'
import { instanceOf, systemOf } from './system.test.fixture.ts'

const nowMs = 903_000
const limits = [
  { metric: 'memory.usage', warn: 85, critical: 95 },
  { metric: 'event_loop.utilization', warn: 0.8, critical: 0.95 },
]
const rowsOf = (...instances: ReturnType<typeof instanceOf>[]) => processRows(instances, systemOf(), limits, nowMs)

it('missing processes come first, then those past a limit, then by name', () => {
  const rows = rowsOf(
    instanceOf('web-2', 2),
    instanceOf('web-1', 1),
    instanceOf('worker-1', 3, { eventLoopUtilization: 0.86 }),
    instanceOf('worker-2', 4, { status: 'missing' }),
  )
  expect(rows.map(({ label, state }) => [label, state.word])).toEqual([
    ['worker-2', 'Missing'],
    ['worker-1', 'Loop late'],
    ['web-1', 'Alive'],
    ['web-2', 'Alive'],
  ])
})

it('a value past a limit is marked where it stands', () => {
  const [row] = rowsOf(instanceOf('web-1', 1, { memory: 96 }))
  expect([row?.state, row?.figures.memory.status, row?.figures.cpu.status]).toEqual([{ status: 'fail', word: 'High' }, 'fail', undefined])
})

it('a value that a process cannot read is unknown with its reason', () => {
  const system = systemOf({ unknown: [{ figure: 'cpu.usage', reason: 'needs two samples' }] })
  const [own, other] = processRows(
    [instanceOf('web-1', 40_213, { cpu: null }), instanceOf('web-2', 2, { cpu: null })],
    system,
    limits,
    nowMs,
  )
  expect([own?.figures.cpu, other?.figures.cpu.reason]).toEqual([
    { text: '—', reason: 'needs two samples', status: undefined },
    'not reported',
  ])
})

it('a missing process has no uptime, and says when it was last heard of', () => {
  const [row] = rowsOf(instanceOf('web-1', 1, { status: 'missing', seenAt: nowMs - 72_000 }))
  expect([row?.uptime, row?.seen]).toEqual(['—', '1 min 12 s ago'])
})

it('a process is called by its host, with its pid only where the host has several', () => {
  const labels = instanceLabels([instanceOf('web-1', 1), instanceOf('web-2', 2), instanceOf('web-2', 3)])
  expect([...labels.values()]).toEqual(['web-1', 'web-2 · 2', 'web-2 · 3'])
})

it('a chart overlays the six processes with the largest last value, by name', () => {
  const instances = Array.from({ length: 8 }, (_, index) => instanceOf(`web-${index}`, index))
  const series = instances.map(({ instance }, index): Series => ({
    metric: 'cpu.usage',
    labels: { instance },
    statistic: 'avg',
    unit: 'percent',
    points: [
      [0, index * 10],
      [60_000, null],
    ],
  }))
  const lines = processLines(processRows(instances, systemOf(), limits, nowMs), series, 'cpu.usage', 'avg')
  expect(lines.map(({ label, look }) => [label, look])).toEqual([
    ['web-2', 'first'],
    ['web-3', 'second'],
    ['web-4', 'third'],
    ['web-5', 'other'],
    ['web-6', 'other'],
    ['web-7', 'other'],
  ])
})

it('a process without a value has no line', () => {
  expect(processLines(rowsOf(instanceOf('web-1', 1)), [], 'cpu.usage', 'avg')).toEqual([])
})
