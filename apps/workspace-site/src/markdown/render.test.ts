import { expect, it } from 'vitest'
import { renderMarkdown } from './render.ts'

const html = (text: string) => renderMarkdown(text).html

it('HTML in a text is shown as it is written', () => {
  expect(html('<script>alert(1)</script>')).toBe('<p data-line="0">&lt;script&gt;alert(1)&lt;/script&gt;</p>\n')
  expect(html('a <img src=x onerror=alert(1)> b')).not.toContain('<img')
})

it('a link that must lead nowhere is text', () => {
  expect(html('[x](javascript:alert(1))')).not.toContain('<a')
  expect(html('[x](data:text/html;base64,AAAA)')).not.toContain('<a')
  expect(html('[x](data:image/png;base64,AAAA)')).toContain('<a>x</a>')
})

it('a picture from elsewhere is a link to it, and nothing is fetched unasked', () => {
  expect(html('![a cat](https://example.org/cat.png)')).toContain(
    '<a href="https://example.org/cat.png"><span class="picture">a cat</span></a>',
  )
  expect(html('![a cat](cat.png)')).toContain('<span class="picture">a cat</span>')
  expect(html('![dot](data:image/png;base64,iVBORw0KGgo=)')).toContain('<img src="data:image/png;base64,iVBORw0KGgo=" alt="dot">')
})

it('boxes carry the line that they stand in, however deep', () => {
  const text = '# Plan\n\n- [ ] one\n- [x] two\n  1. [X] three\n- [y] none\n- [ ]nor this'
  expect(
    [...html(text).matchAll(/<input type="checkbox" data-task="(\d+)"( checked)?>/g)].map(([, line, ticked]) => [line, ticked]),
  ).toEqual([
    ['2', undefined],
    ['3', ' checked'],
    ['4', ' checked'],
  ])
})

it('a title in double brackets is a link to the document of that title', () => {
  expect(html('see [[Level shares]] and [[A|the *first*]]')).toContain(
    'see <a data-title="Level shares">Level shares</a> and <a data-title="A">the *first*</a>',
  )
  for (const text of ['[[]]', '[[a', '[[a\nb]]', '`[[a]]`']) expect(html(text), text).not.toContain('<a')
})

it('a name is set apart in prose; not in code, addresses and links', () => {
  expect(html('ask @ada, @grace! and (@linus).')).toContain(
    'ask <span class="mention">@ada</span>, <span class="mention">@grace!</span> and (<span class="mention">@linus</span>).',
  )
  for (const text of ['`@ada`', 'ada@example.org', '@scope/name', '[@ada](b.md)']) expect(html(text), text).not.toContain('mention')
})

it('the outline has the headings with the names that links find them by', () => {
  const { outline } = renderMarkdown('---\ntitle: x\n---\n# One `two`\n\ntext\n\n## Level shares\n\nLevel shares\n---\n> # quoted')
  expect(outline).toEqual([
    { level: 1, text: 'One two', anchor: 'one-two', line: 3 },
    { level: 2, text: 'Level shares', anchor: 'level-shares', line: 7 },
    { level: 2, text: 'Level shares', anchor: 'level-shares-1', line: 9 },
  ])
})

it('columns stand by class, since the policy of the page refuses styles', () => {
  const table = html('| a | b |\n| :-: | --: |\n| 1 | 2 |')
  expect(table).toContain('<th class="center">a</th>')
  expect(table).not.toContain('style')
})

it('what is nested without end or longer than a page can show ends early, in time', () => {
  const nested = renderMarkdown(`${'- '.repeat(10_000)}deep`)
  expect(nested.html.match(/<ul/g)?.length).toBeLessThanOrEqual(50)
  const lists = Array.from({ length: 10_000 }, (_, depth) => `${'  '.repeat(depth % 200)}- x`).join('\n')
  expect(renderMarkdown(lists).html.length).toBeLessThan(2_000_000)
  const table = renderMarkdown(`|a|b|c|\n|-|-|-|\n${'|1|2|3|\n'.repeat(100_000)}`)
  expect([table.isCut, table.html.length <= 1_000_000, table.html.endsWith('>') || table.html.endsWith('\n')]).toEqual([true, true, true])
})
