import { createParser, textOf } from './parser.ts'
import { withoutFrontMatter } from './prose.ts'
import { maxDrawnLength } from './render.ts'

let parser: ReturnType<typeof createParser> | undefined

/** What a text says without its marks: a line a paragraph, heading, item, cell or line of code. Of at most `maxDrawnLength` characters. */
export function plainText(text: string): string {
  parser ??= createParser()
  return parser
    .parse(withoutFrontMatter(text.slice(0, maxDrawnLength)), {})
    .filter(({ type }) => type === 'inline' || type === 'fence' || type === 'code_block')
    .map(({ type, children, content }) => (type === 'inline' ? textOf(children ?? []) : content.trim()))
    .filter((line) => line !== '')
    .join('\n')
}
