import { cpus, totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { HostCollector, parseLoad, parseMemory, parseProcessorTimes } from './host.ts'
import { kernelOf } from './kernel.test.stage.ts'
import { Missing } from './reading.ts'

const stat = (user: number, idle: number, iowait = 0) =>
  `cpu  ${user} 0 0 ${idle} ${iowait} 0 0 0 0 0\ncpu0 1 0 0 1 0 0 0 0 0 0\ncpu1 1 0 0 1 0 0 0 0 0 0\nintr 1 2 3\n`
const meminfo = 'MemTotal:       16384 kB\nMemFree:         1024 kB\nMemAvailable:    4096 kB\n'

test('the machine is as busy as its processors were not idle since the last reading, waiting for disks being idle', async () => {
  const { files, change } = await kernelOf({
    'proc/stat': stat(1000, 9000),
    'proc/meminfo': meminfo,
    'proc/loadavg': '0.50 1.25 2.00 1/99 7\n',
  })
  const host = new HostCollector(files)
  expect((await host.read()).busy).toEqual(new Missing('needs two readings'))
  await change({ 'proc/stat': stat(1030, 9060, 10) })
  expect(await host.read()).toEqual({
    cores: 2,
    busy: expect.closeTo(0.3) as number,
    load: [0.5, 1.25, 2],
    totalBytes: 16_384 * 1024,
    usedBytes: 12_288 * 1024,
  })
})

test('times that step back give neither a negative nor a part above 1', async () => {
  const { files, change } = await kernelOf({ 'proc/stat': stat(1000, 9000, 50) })
  const host = new HostCollector(files)
  await host.read()
  await change({ 'proc/stat': stat(1100, 9000, 40) })
  expect((await host.read()).busy).toBe(1)
  await change({ 'proc/stat': stat(10, 20) })
  expect((await host.read()).busy).toBeInstanceOf(Missing)
  await change({ 'proc/stat': stat(10, 120) })
  expect((await host.read()).busy).toBe(0)
})

test('where there is no /proc, the figures are those of node:os', async () => {
  const { files } = await kernelOf({})
  const host = await new HostCollector(files).read()
  expect([host.cores, host.totalBytes]).toEqual([cpus().length, totalmem()])
  expect(host.usedBytes).toBeGreaterThan(0)
  expect(host.load).toHaveLength(3)
})

test('a text of another form is no figure', () => {
  expect(parseProcessorTimes('cpu  x y z\n')).toBeUndefined()
  expect(parseMemory('MemTotal: 5 kB\n')).toBeUndefined()
  expect([parseLoad(''), parseLoad('a b c')]).toEqual([undefined, undefined])
})
