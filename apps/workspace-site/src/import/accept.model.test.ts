import { expect, it } from 'vitest'
import { refuse } from './accept.model.ts'

it.each([
  ['a.md', 1, 0, undefined],
  ['A.MARKDOWN', 1_048_576, 9_999, undefined],
  ['a.md', 1_048_577, 0, 'too-large'],
  ['a.md', 0, 0, 'empty'],
  ['a.md', 1, 10_000, 'too-many'],
  ['a.png', 1, 0, 'not-markdown'],
  ['md', 1, 0, 'not-markdown'],
])('%s of %i bytes behind %i others: %s', (path, bytes, before, reason) => {
  expect(refuse(path, bytes, before)?.reason).toBe(reason)
})
