import { expect, it } from 'vitest'
import { formatSorting, parseSorting, sortingAfter } from './sorting.model.ts'

const known = ['state', 'name', 'waiting'] as const
const fallback = { by: 'state', isDescending: true } as const

it('an address keeps the column and the direction', () => {
  for (const text of ['-waiting', 'waiting', 'name']) expect(formatSorting(parseSorting(text, known, fallback))).toBe(text)
})

it('a column that is not there is the usual order', () => {
  expect([parseSorting('nonsense', known, fallback), parseSorting('', known, fallback)]).toEqual([fallback, fallback])
})

it('a click begins with the largest, names with A, and a second one turns it round', () => {
  const first = sortingAfter<(typeof known)[number]>(fallback, 'waiting', 'name')
  expect(first).toEqual({ by: 'waiting', isDescending: true })
  expect(sortingAfter(first, 'waiting', 'name')).toEqual({ by: 'waiting', isDescending: false })
  expect(sortingAfter(first, 'name', 'name')).toEqual({ by: 'name', isDescending: false })
})
