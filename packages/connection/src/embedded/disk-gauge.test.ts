import { expect, test } from 'vitest'
import { diskFillRatio } from './disk-gauge.ts'

const mib = 1024 * 1024

test('a disk with a GiB to spare says nothing about the store', () => {
  expect(diskFillRatio({ totalBytes: 100_000 * mib, freeBytes: 1024 * mib })).toBeNull()
  expect(diskFillRatio({ totalBytes: 100 * mib, freeBytes: 10 * mib })).toBeNull()
})

test('the ratio rises over the last GiB to 1, where 64 MiB are left', () => {
  const at = (freeMib: number) => diskFillRatio({ totalBytes: 100_000 * mib, freeBytes: freeMib * mib })
  expect(at(1023)).toBeCloseTo(1 / 960)
  expect(at(544)).toBeCloseTo(0.5)
  expect(at(64)).toBe(1)
  expect(at(0)).toBe(1)
})

test('on a small disk a tenth of it stands for the GiB', () => {
  expect(diskFillRatio({ totalBytes: 160 * mib, freeBytes: mib })).toBe(1)
  expect(diskFillRatio({ totalBytes: 160 * mib, freeBytes: 8.5 * mib })).toBeCloseTo(0.5)
})
