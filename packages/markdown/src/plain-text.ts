import { createParser, textOf } from './parser.ts'
import { frontMatterOf, withoutFrontMatter } from './prose.ts'
import { maxDrawnLength } from './render.ts'

let parser: ReturnType<typeof createParser> | undefined

/**
 * What a text says without its marks: a line a paragraph, heading, item, cell or line of code, behind the lines of its front matter. What
 * lies behind `maxDrawnLength` characters stays as it is.
 */
export function plainText(text: string): string {
  parser ??= createParser()
  const drawn = text.slice(0, maxDrawnLength)
  const matter = frontMatterOf(drawn)?.split('\n').slice(1, -1) ?? []
  const lines = parser
    .parse(withoutFrontMatter(drawn), {})
    .filter(({ type }) => type === 'inline' || type === 'fence' || type === 'code_block')
    .map(({ type, children, content }) => (type === 'inline' ? textOf(children ?? []) : content.trim()))
  return [...matter, ...lines, text.slice(maxDrawnLength)].filter((line) => line !== '').join('\n')
}
