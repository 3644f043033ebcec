import { expect, it } from 'vitest'
import { reasonOf, resourcesOf } from './meters.model.ts'
import { systemOf } from './system.test.fixture.ts'

const limits = [
  { metric: 'cpu.usage', warn: 80, critical: 95 },
  { metric: 'event_loop.utilization', warn: 0.8, critical: 0.95 },
]
const named = (name: string, system = systemOf()) => resourcesOf({ system, limits }).find((resource) => resource.name === name)

it('each resource says how much of which limit, and of what kind', () => {
  expect(resourcesOf({ system: systemOf(), limits }).map(({ of }) => of)).toEqual([
    '2.5 of 4 cores, quota',
    '1.42 GiB of 2.00 GiB, container',
    '35.0 GiB of 80.0 GiB, host, /data',
    '1.00 GiB of 2.00 GiB, heap limit',
    '0.38 busy, worst 24 ms',
  ])
})

it('limits are shares of the whole, whatever the metric is counted in', () => {
  expect([named('CPU')?.limit, named('Event loop')?.limit, named('Disk')?.limit]).toEqual([
    { warn: 0.8, critical: 0.95 },
    { warn: 0.8, critical: 0.95 },
    undefined,
  ])
})

it('what cannot be had says why', () => {
  const { cpu } = systemOf()
  const system = systemOf({ cpu: { ...cpu, usage: null }, unknown: [{ figure: 'cpu.usage', reason: 'needs two samples' }] })
  expect(named('CPU', system)).toMatchObject({ usage: null, of: 'needs two samples' })
  expect(reasonOf(system, 'disk.usage')).toBe('not reported')
})
