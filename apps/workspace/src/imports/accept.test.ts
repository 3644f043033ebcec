import { expect, test } from 'vitest'
import { acceptPath, acceptText } from './accept.ts'

test('a path is a label: it never leads anywhere', () => {
  expect(acceptPath('./a//b c/ü.md')).toBe('a/b c/ü.md')
  expect(acceptPath('notes/a:b.md')).toBe('notes/a:b.md')
  expect(acceptPath('a\\b.MD')).toBe('a/b.MD')
  expect(() => acceptPath('')).toThrow('the path is empty')
  expect(() => acceptPath('./')).toThrow('the path is empty')
  for (const path of ['../a.md', 'a/../../b.md', '..\\a.md', 'a\\..\\b.md', '.../../a.md'])
    expect(() => acceptPath(path)).toThrow('leads out')
  for (const path of ['/etc/x.md', '\\\\server\\x.md', 'C:\\x.md', 'c:x.md']) expect(() => acceptPath(path)).toThrow('a place on a disk')
  for (const path of ['a\tb.md', 'a\u007f.md', 'a\u0085.md', 'dm.\u202eexe.md', 'a\n.md'])
    expect(() => acceptPath(path)).toThrow('control characters')
  expect(() => acceptPath('a\0.md')).toThrow('control characters')
  expect(() => acceptPath(`${'a'.repeat(600)}.md`)).toThrow('longer than 512')
  expect(() => acceptPath('a.png')).toThrow('only .md and .markdown')
})

test('a text is UTF-8 without NUL, at most 1 MiB', () => {
  expect(acceptText(new TextEncoder().encode('\ufeff# ü'))).toBe('# ü')
  expect(() => acceptText(new Uint8Array())).toThrow('the file is empty')
  expect(() => acceptText(new Uint8Array([0x89, 0x50, 0, 1]))).toThrow('a binary file')
  expect(() => acceptText(new Uint8Array([0x61, 0xff]))).toThrow('not valid UTF-8')
  expect(() => acceptText(new Uint8Array([0xed, 0xa0, 0x80]))).toThrow('not valid UTF-8')
  expect(() => acceptText(new Uint8Array(1_048_577).fill(97))).toThrow('larger than 1 MiB')
})
