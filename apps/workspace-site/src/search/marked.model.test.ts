import { expect, it } from 'vitest'
import { parted } from './marked.model.ts'

it('a text is parted at its marks, and put together again it is the text', () => {
  const stretches = parted('one two one', [
    [0, 3],
    [8, 11],
  ])
  expect(stretches).toEqual([
    { text: 'one', isMatch: true },
    { text: ' two ', isMatch: false },
    { text: 'one', isMatch: true },
  ])
})

it('marks that reach beyond the text or into one another lose nothing and double nothing', () => {
  const stretches = parted('abcdef', [
    [1, 4],
    [2, 5],
    [5, 99],
  ])
  expect(stretches.map(({ text }) => text).join('')).toBe('abcdef')
  expect(stretches.filter(({ isMatch }) => isMatch).map(({ text }) => text)).toEqual(['bcd', 'e', 'f'])
})
