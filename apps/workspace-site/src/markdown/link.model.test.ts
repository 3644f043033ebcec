import { expect, it } from 'vitest'
import { anchorOf, isPictureData, linkKind, targetPath } from './link.model.ts'

it.each([
  ['https://example.org/a?b#c', 'web'],
  ['HTTP://example.org', 'web'],
  ['mailto:ada@example.org', 'mail'],
  ['#delivery', 'anchor'],
  ['guide/start.md', 'path'],
  ['../a.md#b:c', 'path'],
  ['/docs/a.md', 'path'],
])('%s is a link of the kind %s', (href, kind) => {
  expect(linkKind(href)).toBe(kind)
})

it.each([
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'java\tscript:alert(1)',
  '\u0001javascript:alert(1)',
  'javascript&colon;alert(1)',
  '&#106;avascript:alert(1)',
  'vbscript:msgbox(1)',
  'data:text/html,<script>alert(1)</script>',
  'data:image/svg+xml;base64,PHN2Zz4=',
  'blob:https://example.org/1',
  'file:///etc/passwd',
  'filesystem:http://example.org/a',
  '//example.org/a',
  '\\\\example.org\\a',
  'http:/\\example.org',
  'view-source:https://example.org',
  '',
  '   ',
])('%j leads nowhere', (href) => {
  expect(linkKind(href)).toBeUndefined()
})

it('a picture is bitmap data in base64, and nothing else', () => {
  expect(isPictureData('data:image/png;base64,iVBORw0KGgo=')).toBe(true)
  for (const address of [
    'data:image/svg+xml;base64,AAAA',
    'data:text/html;base64,AAAA',
    'https://example.org/a.png',
    'data:image/png,<svg>',
  ])
    expect(isPictureData(address), address).toBe(false)
})

it('a path is meant from the folder of the document that names it', () => {
  expect(targetPath('docs/guide/a.md', '../b.md#c')).toBe('docs/b.md')
  expect(targetPath('docs/a.md', './b%20c.md')).toBe('docs/b c.md')
  expect(targetPath('docs/a.md', '/README.md')).toBe('README.md')
  expect(targetPath(null, 'docs/a.md')).toBe('docs/a.md')
  expect(targetPath('a.md', '../../b.md')).toBeUndefined()
})

it('the anchor of a link is what stands behind its #', () => {
  expect([anchorOf('a.md#level%20shares'), anchorOf('a.md'), anchorOf('#%zz')]).toEqual(['level shares', undefined, '%zz'])
})
