import { textOf } from '@millrace/collaboration'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { editsBetween } from './edits-between.ts'
import { takeVersion, versionIn } from './live-text.ts'

function applied(from: string, edits: ReturnType<typeof editsBetween>): string {
  let text = from
  for (const { at, remove, insert } of edits) text = text.slice(0, at) + insert + text.slice(at + remove)
  return text
}

const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\n', '🙂', '🙃', '\ud83d', 'é'), maxLength: 40 })

test('the edits make the one text of the other, whatever the two are', () => {
  fc.assert(
    fc.property(line, line, (from, to) => {
      expect(applied(from, editsBetween(from, to))).toBe(to)
    }),
    { numRuns: 1_000 },
  )
})

test('a document takes a version whole, also where characters share halves', () => {
  const text = line.map((given) => given.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])/g, '?'))
  fc.assert(
    fc.property(text, text, (from, to) => {
      const [doc, other] = [new Y.Doc(), new Y.Doc()]
      textOf(doc).insert(0, from)
      Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
      Y.applyUpdate(other, takeVersion(doc, 7, to))
      expect([textOf(other).toString(), versionIn(other)]).toEqual([to, 7])
    }),
  )
})

test('only what changed is touched, so that others keep their places', () => {
  expect(editsBetween('one\ntwo\nthree\n', 'one\ntwo!\nthree\nfour\n')).toEqual([
    { at: 7, remove: 0, insert: '!' },
    { at: 15, remove: 0, insert: 'four\n' },
  ])
  expect(editsBetween('a🙂b', 'a🙃b')).toEqual([{ at: 1, remove: 2, insert: '🙃' }])
  expect(editsBetween('same', 'same')).toEqual([])
})

test('two long texts that have nothing in common take no longer than a person waits', () => {
  const text = (seed: number) => Array.from({ length: 30_000 }, (_, index) => `${(index * seed) % 7_919} ${seed}`).join('\n')
  const beganMs = performance.now()
  const [from, to] = [text(31), text(17)]
  expect(applied(from, editsBetween(from, to))).toBe(to)
  expect(performance.now() - beganMs).toBeLessThan(5_000)
})
