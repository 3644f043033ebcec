import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linksIn, maxDrawnLength, mentionsIn, plainText, renderMarkdown } from './index.ts'
import type { DocumentTarget } from './index.ts'

const html = (text: string, hrefOf?: (target: DocumentTarget) => string | null) =>
  renderMarkdown(text, { from: 'notes/plan.md', ...(hrefOf && { hrefOf }) }).html.trim()

const tags = 'a blockquote br code div em h1 h2 h3 h4 h5 h6 hr input li ol p pre s span strong table tbody td th thead tr ul'.split(' ')
const attributes = 'aria-label checked class data-document data-line disabled href id rel start tabindex type'.split(' ')

/** Every tag and attribute of the HTML is one of those that may be, with quotes around its value, and addresses are of three kinds. */
function faultsOf(drawn: string): string[] {
  const faults: string[] = []
  const text = drawn.replaceAll(/<\/?([a-z][a-z0-9]*)((?: [a-z-]+(?:="[^"<>]*")?)*)>/g, (_, tag: string, rest: string) => {
    if (!tags.includes(tag)) faults.push(`<${tag}>`)
    for (const [, name = '', value = ''] of rest.matchAll(/ ([a-z-]+)(?:="([^"]*)")?/g)) {
      if (!attributes.includes(name)) faults.push(`${name}=`)
      if (name === 'href' && !/^(?:https?:\/\/|mailto:|#section-|\/documents\/)/i.test(value)) faults.push(`href ${value}`)
    }
    return ''
  })
  if (/[<>]/.test(text)) faults.push(`text ${/.{0,20}[<>].{0,20}/.exec(text)?.[0]}`)
  return faults
}

describe('what is drawn', () => {
  test('headings have anchors of their words, those of the same words numbered, and make the outline', () => {
    const { html: drawn, outline } = renderMarkdown('# Über *uns*\n\n## Ort & Zeit\n\n## Ort & Zeit\n\nSetext\n======')
    expect(outline).toEqual([
      { level: 1, text: 'Über uns', anchor: 'section-über-uns' },
      { level: 2, text: 'Ort & Zeit', anchor: 'section-ort-zeit' },
      { level: 2, text: 'Ort & Zeit', anchor: 'section-ort-zeit-1' },
      { level: 1, text: 'Setext', anchor: 'section-setext' },
    ])
    for (const { anchor } of outline) expect(drawn).toContain(`id="${anchor}"`)
    expect(html('[there](#Über-uns)')).toContain('href="#section-über-uns"')
  })

  test('a checklist has boxes that cannot be ticked, with the line each stands in', () => {
    const drawn = html('a\n\n- [ ] mill *wheel*\n- [x] race\n  - [X] deep\n- plain [ ]')
    const box = (line: number, label: string, checked = '') =>
      `<input class="md-box" type="checkbox" disabled${checked} data-line="${line}" aria-label="${label}"> `
    expect(drawn).toContain(`<li class="md-task">${box(3, 'mill wheel')}mill <em>wheel</em></li>`)
    expect(drawn).toContain(box(4, 'race', ' checked'))
    expect(drawn).toContain(box(5, 'deep', ' checked'))
    expect(drawn).toContain('<li>plain [ ]</li>')
  })

  test('a block of code says its language, and a table its sides, by classes', () => {
    expect(html('```ts twoslash\nconst a = "<b>"\n```')).toBe(
      '<pre class="md-code" tabindex="0" data-line="1"><code class="language-ts">const a = &quot;&lt;b&gt;&quot;\n</code></pre>',
    )
    expect(html('```"><script>\nx\n```')).toContain('<code>x')
    const table = html('|a|b|\n|:-:|-|\n|1|2|')
    expect(table).toContain('<th class="md-center">a</th>')
    expect(table).not.toContain('style')
  })

  test('links lead to documents that there are, by title or by path, and say so where there is none', () => {
    const hrefOf = (target: DocumentTarget) => {
      if (target.kind === 'title') return target.title === 'Mill race' ? '/documents/race' : null
      return target.path === 'other/x y.md' ? '/documents/x' : null
    }
    expect(html('[[Mill race]]', hrefOf)).toContain('<a class="md-document" data-document="Mill race" href="/documents/race">Mill race</a>')
    expect(html('[[Mill race#The Wheel|wheel]]', hrefOf)).toContain('href="/documents/race#section-the-wheel">wheel</a>')
    expect(html('[[Nothing]]', hrefOf)).toContain('<span class="md-missing" data-document="Nothing">Nothing</span>')
    expect(html('[x](../other/x%20y.md#A-b)', hrefOf)).toContain('href="/documents/x#section-a-b">x</a>')
    expect(html('[x][1]\n\n[1]: </other/x y.md>', hrefOf)).toContain('href="/documents/x"')
    expect(html('[x](../../out.md)', hrefOf)).toContain('<span class="md-nowhere">x</span>')
    expect(html('[x](y.md)', hrefOf)).toContain('<span class="md-missing" data-document="y.md">x</span>')
    expect(html('[code](src/index.ts)', hrefOf)).toContain('<span class="md-nowhere">code</span>')
  })

  test('mentions are lit where they are told, and nowhere else', () => {
    const texts = [
      'Hi @ada, ask @Bob.Stone! (@grace_hopper)',
      'mail ada@example.org https://host/@ada npm i @scope/name @@x',
      '`@code` ``a ` @code`` @real \\@escaped',
      '```\n@x\n```\n@after',
      '    @indented\n\n@after',
      '- a\n    - @nested in a list\n\n      @paragraph',
      '> @quoted\n\n* * *\n\n**@bold** _@no_',
      '1. ```\n   @x\n   ```\n2. @two',
      'para\n    @continued',
      '# @heading\n\n|@cell|\n|-|\n|@b!|',
    ]
    for (const text of texts) {
      const lit = [...html(text).matchAll(/md-mention[^>]*>@([^<!]+)/g)].map(([, name = '']) => name.toLowerCase())
      expect([...new Set(lit)], text).toEqual(mentionsIn(text).map(({ subject }) => subject))
    }
    expect(html('@bob!')).toContain('<span class="md-mention md-urgent">@bob!</span>')
  })

  test('a front matter is not drawn, and lines keep their numbers', () => {
    expect(html('---\ntitle: x\n---\n\n# Head')).toBe('<h1 data-line="5" id="section-head">Head</h1>')
  })

  test('what lies behind the limit is not drawn, and that is said', () => {
    expect(renderMarkdown('a'.repeat(maxDrawnLength)).truncated).toBe(false)
    expect(renderMarkdown('a'.repeat(maxDrawnLength + 1)).truncated).toBe(true)
  })
})

describe('links', () => {
  const found = (text: string) =>
    linksIn(text, 'notes/plan.md').map(({ written, target }) => [written, target.kind === 'title' ? target.title : target.path])

  test('are found by title and by path, each target once, not in code and not to elsewhere', () => {
    expect(
      found('[[Mill race]] and [[mill race|x]] `[[code]]` [a](b.md) [a](./b.md "t") ![p](p.png) [r]\n\n[r]: <../c d.md#x>\n[[Mill race]]'),
    ).toEqual([
      ['Mill race', 'Mill race'],
      ['mill race|x', 'mill race'],
      ['b.md', 'notes/b.md'],
      ['../c d.md#x', 'c d.md'],
    ])
    expect(found('[a](https://x/b.md) [a](javascript:b.md) [[ ]] [[]] [a](../../b.md) ```[[x]]```')).toEqual([])
  })

  test('carry the line they stand in', () => {
    expect(linksIn('first\nsee [[Other]] there\nlast', null)[0]?.excerpt).toBe('see [[Other]] there')
  })
})

test('plain text is what is read, without marks', () => {
  expect(plainText('# A *b*\n\n- [x] c `d`\n\n|e|\n|-|\n|[f](g)|\n\n```\nh\n```\n[[I|j]] ![k](l)\nm')).toBe('A b\nc d\ne\nf\nh\nj k m')
})

test('plain text leaves out nothing that one may look for', () => {
  expect(plainText('---\ntitle: x\ntags: [mill]\n---\n# y')).toBe('title: x\ntags: [mill]\ny')
  expect(plainText(`${'a'.repeat(maxDrawnLength)}**b**`)).toMatch(/a\n\*\*b\*\*$/)
})

describe('what is hostile', () => {
  const scripts = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg/onload=alert(1)>',
    '<iframe srcdoc="<script>alert(1)</script>">',
    '<a href="javascript:alert(1)">x</a>',
    '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
    '<!--><img src=x onerror=alert(1)>-->',
    '<details open ontoggle=alert(1)>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" onmouseover="alert(1)',
    '</code></pre><script>alert(1)</script>',
    '<base href="//x">',
    '<link rel=stylesheet href=//x>',
    '<style>*{background:url(//x)}</style>',
    '<form action=//x><button>',
    '<?php echo 1 ?>',
    '<![CDATA[<script>alert(1)</script>]]>',
    '\u0000<script>alert(1)</script>',
  ]
  const addresses = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'java&#9;script:alert(1)',
    'java&#x0A;script:alert(1)',
    '&#106;avascript:alert(1)',
    '&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)',
    'javascript&colon;alert(1)',
    'javascript%3Aalert(1)',
    '\u0001javascript:alert(1)',
    'vbscript:msgbox(1)',
    'data:text/html,<script>alert(1)</script>',
    'data:image/svg+xml;base64,PHN2Zz4=',
    'data:text/html;base64,PHNjcmlwdD4=',
    'file:///etc/passwd',
    'blob:https://x/y',
    'ftp://x/y',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https:evil',
    'http:\\\\evil',
    'filesystem:https://x',
    'about:blank',
    'x" onclick="alert(1)',
    "x' onclick='alert(1)",
    'https://x/" onclick="alert(1)',
    'https://x/<script>',
    'mailto:a@b?body=<script>',
  ]
  const around = [
    (text: string) => text,
    (text: string) => `# ${text}`,
    (text: string) => `- [ ] ${text}`,
    (text: string) => `|${text}|\n|-|\n|${text}|`,
    (text: string) => `[[${text}]]`,
    (text: string) => `[[x|${text}]]`,
    (text: string) => `\`\`\`${text}\n${text}\n\`\`\``,
    (text: string) => `![${text}](https://x/y "${text}")`,
    (text: string) => `@ada${text}`,
    (text: string) => `---\ntitle: ${text}\n---\n${text}`,
  ]
  const links = [
    (to: string) => `[x](${to})`,
    (to: string) => `[x](<${to}>)`,
    (to: string) => `<${to}>`,
    (to: string) => `![x](${to})`,
    (to: string) => `[x]\n\n[x]: ${to}`,
    (to: string) => `[[${to}]] ${to}`,
    (to: string) => `[![x](${to})](${to})`,
  ]
  const corpus = [
    ...scripts.flatMap((script) => around.map((put) => put(script))),
    ...addresses.flatMap((to) => links.map((put) => put(to))),
  ]

  test(`${corpus.length} texts with HTML, script and dead addresses in them come out as text`, () => {
    expect(corpus.length).toBeGreaterThan(400)
    for (const text of corpus) expect([text, faultsOf(html(text, ({ kind }) => `/documents/${kind}`))]).toEqual([text, []])
  })

  test('whatever is written comes out with nothing but the tags and attributes that may be', () => {
    const piece = fc.constantFrom(
      ...scripts,
      ...addresses,
      '[',
      ']',
      '(',
      ')',
      '[[',
      ']]',
      '`',
      '```\n',
      '\n',
      '\n\n',
      '    ',
      '> ',
      '- ',
      '1. ',
      '- [ ] ',
      '*',
      '_',
      '~~',
      '|',
      '|-|\n',
      '#',
      '@a',
      '!',
      '"',
      "'",
      '<',
      '>',
      '&',
      '\\',
      'a',
      ' ',
      'https://a.b/',
      '[a]: ',
      '---\n',
      '\t',
      '\ud800',
      'é',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(faultsOf(html(pieces.join(''), ({ kind }) => `/documents/${kind}`))).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  /** Half of what is drawn at most: work that grew faster than the text would show, and the tests take half as long. */
  const many = (text: string) => text.repeat(Math.ceil(maxDrawnLength / 2 / text.length))
  const slow = {
    'lists in lists': Array.from({ length: 10_000 }, (_, depth) => `${' '.repeat(Math.min(depth * 2, 400))}- a`).join('\n'),
    'marks of lists': many('- '),
    'quotes in quotes': many('> '),
    'quotes and lists': many('> - '),
    brackets: many('['),
    'closed brackets': `${'['.repeat(60_000)}${']'.repeat(60_000)}`,
    'links in links': many('[a]('),
    'links with titles': many('[a](b "'),
    'titles in brackets': many('[['),
    'titles in brackets, closed': many('[[a]]'),
    pictures: many('!['),
    'pictures in a link': `[${'![a](https://b.c)'.repeat(8_000)}](https://d.e)`,
    backticks: many('`'),
    'runs of backticks': Array.from({ length: 700 }, (_, length) => `${'`'.repeat(length)} `).join(''),
    'emphasis in emphasis': `${'**'.repeat(30_000)}a${'**'.repeat(30_000)}`,
    'emphasis side by side': many('a***'),
    'emphasis that never closes': many('*a _b '),
    'emphasis crossed': many('*a_ '),
    'angle brackets': many('<'),
    comments: many('<!--'),
    ampersands: many('&amp'),
    addresses: many('https://a.b '),
    'a long address': `https://${many('a.')}`,
    'mail addresses': many('mailto:a@b.c '),
    mentions: many('@a '),
    'at signs': many('@a'),
    headings: many('# a\n'),
    'the same heading': many('a\n-\n'),
    'a wide table': `|${'a|'.repeat(20_000)}\n|${'-|'.repeat(20_000)}\n|a`,
    'a wide and long table': `|${'a|'.repeat(1_000)}\n|${'-|'.repeat(1_000)}\n${'|\n'.repeat(50_000)}`,
    tables: many('|a\n|-\n'),
    references: Array.from({ length: 12_000 }, (_, number) => `[r${number}]: http://x`).join('\n'),
    'uses of references': `[a]: /b\n\n${many('[a]')}`,
    items: many('- a\n\n'),
    boxes: many('- [ ] a\n'),
    'lazy quotes': `${'> '.repeat(30)}${many('a\n')}`,
    'front matters': many('---\n'),
    fences: many('```\n'),
    spaces: many(' '),
    'empty lines': many('\n'),
  }

  test.each(Object.entries(slow))('%s take no time and leave no deep HTML', (_, text) => {
    const before = performance.now()
    const { html: drawn } = renderMarkdown(text)
    linksIn(text, null)
    mentionsIn(text)
    plainText(text)
    expect(performance.now() - before).toBeLessThan(6_000)
    let depth = 0
    let deepest = 0
    for (const [, slash, tag = ''] of drawn.matchAll(/<(\/?)([a-z0-9]+)/g)) {
      if (['br', 'hr', 'input'].includes(tag)) continue
      depth += slash === '' ? 1 : -1
      deepest = Math.max(deepest, depth)
    }
    expect(depth).toBe(0)
    expect(deepest).toBeLessThan(160)
  })
})
