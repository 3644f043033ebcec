import { expect, it } from 'vitest'
import * as Y from 'yjs'
import { tickBox } from './tick.ts'

function ticked(text: string, line: number): string {
  const shared = new Y.Doc().getText('text')
  shared.insert(0, text)
  tickBox(shared, line)
  return shared.toString()
}

it('the box of a line is ticked, and cleared again', () => {
  const text = '# Plan\n- [ ] one [ ]\n  1. [x] two'
  expect(ticked(text, 2)).toBe('# Plan\n- [x] one [ ]\n  1. [x] two')
  expect(ticked(text, 3)).toBe('# Plan\n- [ ] one [ ]\n  1. [ ] two')
  expect(ticked('> - [X] quoted', 1)).toBe('> - [ ] quoted')
})

it('a line without a box stays as it is', () => {
  for (const line of [0, 1, 2, 9]) expect(ticked('text [ ]\n-[ ] no', line)).toBe('text [ ]\n-[ ] no')
})
