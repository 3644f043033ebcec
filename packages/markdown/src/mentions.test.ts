import { expect, test } from 'vitest'
import { maxMentions, mentionsIn } from './mentions.ts'
import { titleOf } from './title.ts'

const named = (text: string) => mentionsIn(text).map(({ subject, urgent }) => (urgent ? `${subject}!` : subject))

test('people are addressed by @name, urgently by @name!', () => {
  expect(named('Hi @ada, ask @Bob.Stone! and (@grace_hopper). Also @ada')).toEqual(['ada', 'bob.stone!', 'grace_hopper'])
  expect(named('@ada then @ada!')).toEqual(['ada!'])
  expect(named('@änne und @日本')).toEqual(['änne', '日本'])
})

test('addresses, package names and code address nobody', () => {
  expect(named('mail ada@example.org, see https://host/@ada, npm i @scope/name, @@x')).toEqual([])
  expect(named('`@code` and ``a ` @code`` but @real')).toEqual(['real'])
  expect(named('```js\n@Injectable\n```\n~~~\n@x\n```\n@y\n~~~\n    @indented\n@after')).toEqual(['after'])
})

test('a mention carries its line', () => {
  expect(mentionsIn('first\n- please look, @ada\nlast')[0]?.excerpt).toBe('- please look, @ada')
  const [long] = mentionsIn(`${'word '.repeat(200)}@ada ${'word '.repeat(200)}`)
  expect(long?.excerpt).toContain('@ada')
  expect(long?.excerpt.length).toBeLessThanOrEqual(200)
})

test(`at most ${maxMentions} people are told of one version`, () => {
  expect(mentionsIn(Array.from({ length: 150 }, (_, n) => `@p${n}`).join(' ')).length).toBe(maxMentions)
})

test('the title is that of a front matter, else the first heading, else the name of the file, else the first words', () => {
  expect(titleOf('intro\n\n## The *mill* race ##\n# Later', 'a/b.md')).toBe('The mill race')
  expect(titleOf('# [Name](https://x) <img src="y"> ![b](c)', 'a.md')).toBe('Name')
  expect(titleOf('```\n# no heading\n```', 'a/b.md')).toBe('b.md')
  expect(titleOf('---\ntitle: "npm install"\nsection: 1\n---\n# Synopsis', 'a.md')).toBe('npm install')
  expect(titleOf('---\nsection: 1\n---\n# Synopsis\ntitle: no', 'a.md')).toBe('Synopsis')
  expect(titleOf('first words\nmore', null)).toBe('first words')
  expect(titleOf('', null)).toBe('Untitled')
})

test('a hostile text is read in no time', () => {
  const before = performance.now()
  mentionsIn('`'.repeat(200_000))
  mentionsIn('@a'.repeat(200_000))
  mentionsIn(`${'`a '.repeat(100_000)}`)
  titleOf(`# ${'<'.repeat(100_000)}${'['.repeat(100_000)}`, null)
  expect(performance.now() - before).toBeLessThan(5_000)
})
