import { expect, test } from 'vitest'
import { authorOfAll, authorsOf } from './authors.ts'

test('those who wrote a version together are named once each, and can be told apart again', () => {
  expect(authorOfAll(['ada', 'bob', 'ada'])).toBe('ada, bob')
  expect(authorsOf('ada, bob')).toEqual(['ada', 'bob'])
  expect([authorsOf('ada'), authorsOf('')]).toEqual([['ada'], []])
  expect(authorOfAll([])).toBeUndefined()
  const long = 'x'.repeat(252)
  expect(authorOfAll([long, 'ada', 'b'])).toBe(`${long}, b`)
})
