import { describe, expect, it } from 'vitest'
import {
  durationParts,
  formatAge,
  formatBytes,
  formatDuration,
  formatMoment,
  formatNumber,
  formatRate,
  formatShare,
} from './format.model.ts'

describe('figures as text', () => {
  it.each([
    [0, '0 ms'],
    [0.6, '0.6 ms'],
    [842, '842 ms'],
    [999.7, '1.0 s'],
    [4_200, '4.2 s'],
    [59_960, '1 min'],
    [252_000, '4 min 12 s'],
    [3_600_000, '1 h'],
    [86_399_999, '1 d'],
    [273_600_000, '3 d 4 h'],
  ])('a duration of %d ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('a duration has its numbers apart from its units', () => {
    expect(durationParts(252_000)).toEqual([
      { value: '4', unit: 'min' },
      { value: '12', unit: 's' },
    ])
  })

  it('numbers have a comma at thousands and a decimal only below', () => {
    expect([14_562, 312.44, 1_284.4, 999.96, 0].map(formatNumber)).toEqual(['14,562', '312.4', '1,284', '1,000', '0'])
  })

  it('rates keep what is small in sight', () => {
    expect([0, 0.0003, 0.0166, 0.4, 37.94, 1_284.3].map(formatRate)).toEqual(['0', '< 0.01', '0.02', '0.40', '37.9', '1,284'])
  })

  it('small shares keep decimals, and nothing but zero is shown as 0 %', () => {
    expect([0, 0.00001, 0.0044, 0.061, 0.81, 1].map(formatShare)).toEqual(['0 %', '< 0.01 %', '0.44 %', '6.1 %', '81 %', '100 %'])
  })

  it('bytes are in binary units', () => {
    expect([0, 1_023, 2 * 1_024 ** 3, 80 * 1_024 ** 3, 1_024 ** 2 - 1].map(formatBytes)).toEqual([
      '0 B',
      '1023 B',
      '2.00 GiB',
      '80.0 GiB',
      '1024 KiB',
    ])
  })

  it('ages are whole', () => {
    expect([400, 12_900, 61_400].map(formatAge)).toEqual(['now', '12 s ago', '1 min 1 s ago'])
  })

  it('a moment says its day only when it is another one', () => {
    const now = new Date(2026, 10, 25, 14, 8).getTime()
    expect([formatMoment(now - 60_000, now), formatMoment(now - 86_400_000, now)]).toEqual(['14:07', '24 Nov 14:08'])
  })
})
