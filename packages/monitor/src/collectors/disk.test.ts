import { expect, test, vi } from 'vitest'
import { BoundedCall } from './bounded-call.ts'
import { DiskCollector } from './disk.ts'
import { Missing } from './reading.ts'

const system = { bsize: 4096, blocks: 1000, bfree: 400, bavail: 200, files: 100, ffree: 25 }

test('the columns are those of df: blocks kept for root are neither used nor free', async () => {
  expect(await new DiskCollector('/data', async () => system).read()).toEqual({
    path: '/data',
    usedBytes: 600 * 4096,
    totalBytes: 1000 * 4096,
    usage: 75,
    inodesUsage: 75,
  })
})

test('a file system that counts no inodes, or fails, says so', async () => {
  const { inodesUsage } = await new DiskCollector('/data', async () => ({ ...system, files: 0, ffree: 0 })).read()
  expect(inodesUsage).toEqual(new Missing('the file system does not count inodes'))
  const { usage, totalBytes } = await new DiskCollector('/nowhere/at/all').read()
  expect(usage).toEqual(totalBytes)
  expect((usage as Missing).reason).toContain('ENOENT')
})

test('a call that hangs is given up in time and not made again until it ended', async () => {
  let answer: (value: number) => void = () => undefined
  const ask = vi.fn(() => new Promise<number>((resolve) => (answer = resolve)))
  const call = new BoundedCall('the disk', 5, ask)
  expect(await call.read()).toEqual(new Missing('the disk did not answer within 5 ms'))
  expect(await call.read()).toEqual(new Missing('the disk has not answered the last time it was asked'))
  expect(ask).toHaveBeenCalledTimes(1)
  answer(7)
  await vi.waitFor(async () => {
    const next = call.read()
    answer(8)
    expect(await next).toBe(8)
  })
  expect(ask).toHaveBeenCalledTimes(2)
})
