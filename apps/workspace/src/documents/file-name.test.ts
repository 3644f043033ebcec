import { expect, test } from 'vitest'
import { fileNameOf, filePathOf, UniqueNames } from './file-name.ts'

test.each([
  ['Plan', null, 'Plan.md'],
  ['Plan.md', null, 'Plan.md'],
  ['x', 'notes/2026/Plan.markdown', 'notes/2026/Plan.md'],
  ['../../etc/passwd', null, '-..-etc-passwd.md'],
  ['x', '../../etc/passwd.md', 'untitled/untitled/etc/passwd.md'],
  ['x', '/absolute/./a.md', 'untitled/absolute/untitled/a.md'],
  ['C:\\temp\\a"b<c>|?*\u0000\u202e', null, 'C--temp-a-b-c------.md'],
  ['con', 'nul/COM1.md', 'nul-/COM1-.md'],
  [' .hidden. ', null, 'hidden.md'],
  ['', null, 'untitled.md'],
  ['🙂'.repeat(200), null, `${'🙂'.repeat(120)}.md`],
  ['Überschrift 日本語', null, 'Überschrift 日本語.md'],
])('%s from %s is kept as %s', (title, path, expected) => {
  expect(filePathOf({ title, path })).toBe(expected)
  expect(fileNameOf({ title, path })).toBe(expected.split('/').at(-1))
})

test('no two files have one name, also where capitals make no difference', () => {
  const names = new UniqueNames()
  expect(['a.md', 'A.md', 'a.md', 'b/a.md', 'a (2).md'].map((name) => names.take(name))).toEqual([
    'a.md',
    'A (2).md',
    'a (3).md',
    'b/a.md',
    'a (2) (2).md',
  ])
})
