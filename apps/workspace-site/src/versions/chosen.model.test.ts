import { expect, it } from 'vitest'
import { chosenOf } from './chosen.model.ts'

it.each([
  [null, null, { version: 7, before: 4 }],
  ['4', null, { version: 4, before: 3 }],
  ['3', null, { version: 3, before: null }],
  ['3', '7', { version: 3, before: 7 }],
  ['9', 'x', { version: 7, before: 4 }],
  ['4', '4', { version: 4, before: 3 }],
])('asked for %s against %s', (version, before, chosen) => {
  expect(chosenOf([7, 4, 3], { version, before })).toEqual(chosen)
})

it('of no versions none is chosen', () => {
  expect(chosenOf([], { version: null, before: null })).toBeUndefined()
})
