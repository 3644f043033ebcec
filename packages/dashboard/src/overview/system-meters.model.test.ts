import type { Summary } from '@millrace/contract'
import { describe, expect, it } from 'vitest'
import { instanceOf, systemOf } from '../system/system.test.fixture.ts'
import { systemMeters } from './system-meters.model.ts'

const metersOf = (given: Partial<Summary>) => {
  const system = given.system ?? systemOf()
  return systemMeters({ system, instances: [], limits: [], redis: system.redis, ...given } as Summary)
}

it('the first screen has processor, memory, disk, application and store', () => {
  expect(metersOf({}).map(({ name, usage, of }) => [name, usage === null ? null : Math.round(usage * 100), of])).toEqual([
    ['CPU', 63, '2.5 of 4 cores, quota'],
    ['Memory', 71, '1.42 GiB of 2.00 GiB, container'],
    ['Disk', 44, '35.0 GiB of 80.0 GiB, host, /data'],
    ['Application', 38, '0.38 busy, worst 24 ms'],
    ['Redis memory', 81, '1.62 GiB of 2.00 GiB, maxmemory'],
  ])
})

it('another instance that uses more of a resource is shown instead, with where it runs', () => {
  const [cpu, memory] = metersOf({ instances: [instanceOf('web-2', 7, { cpu: 90 })] })
  expect([cpu?.usage, cpu?.of, memory?.of]).toEqual([0.9, 'on web-2, process 7', '1.42 GiB of 2.00 GiB, container'])
})

it('an instance that is missing is not counted', () => {
  expect(metersOf({ instances: [instanceOf('web-2', 7, { cpu: 90, status: 'missing' })] })[0]?.usage).toBe(0.625)
})

describe('the store', () => {
  const of = (given: Partial<Summary['redis']>) => metersOf({ redis: { ...systemOf().redis, ...given } }).at(-1)

  it('is unknown, never empty, while it does not answer', () => {
    expect(of({ connected: false, usedMemoryBytes: null })).toMatchObject({ usage: null, of: 'not reported' })
  })

  it('has no percentage where it has no limit', () => {
    expect(of({ maxMemoryBytes: null })).toMatchObject({ usage: null, of: '1.62 GiB, no limit known' })
  })
})
