import type { MarkdownIt } from 'markdown-it'
import { Slugs } from './slug.model.ts'

/** Names each heading, so that a link finds it. The name is no id: a text must not choose the ids of a page. */
export function anchors(parser: MarkdownIt): void {
  parser.core.ruler.push('anchors', ({ tokens }) => {
    const slugs = new Slugs()
    for (const [index, token] of tokens.entries()) {
      if (token.type !== 'heading_open') continue
      token.attrSet('data-anchor', slugs.next(headingText(tokens[index + 1]?.children ?? [])))
    }
  })
}

/** The words of a heading without its marks. */
export function headingText(children: readonly { readonly type: string; readonly content: string }[]): string {
  return children
    .filter(({ type }) => type === 'text' || type === 'code_inline')
    .map(({ content }) => content)
    .join('')
    .trim()
}
