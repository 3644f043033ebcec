import { describe, expect, it } from 'vitest'
import { countWords, percentWords, timeWords } from './words.ts'

describe('figures in words', () => {
  it.each([
    [0, '0 ms'],
    [0.4, '0.4 ms'],
    [9.96, '10 ms'],
    [842, '842 ms'],
    [999.6, '1 s'],
    [4_200, '4.2 s'],
    [59_960, '1 min'],
    [60_000, '1 min'],
    [252_000, '4 min 12 s'],
    [3_599_600, '1 h'],
    [11_100_000, '3 h 5 min'],
    [86_399_000, '1 d'],
    [273_600_000, '3 d 4 h'],
  ])('%d ms is %s', (ms, words) => {
    expect(timeWords(ms)).toBe(words)
  })

  it('percents have one digit below 10, counts a comma', () => {
    expect([0, 1, 2.34, 9.96, 81.4].map((percent) => percentWords(percent))).toEqual(['0 %', '1 %', '2.3 %', '10 %', '81 %'])
    expect([0, 999, 14_562, 1_234_567].map((count) => countWords(count))).toEqual(['0', '999', '14,562', '1,234,567'])
  })
})
