import createMarkdownIt from 'markdown-it'
import type { MarkdownIt, Token } from 'markdown-it'
import { anchors } from './anchors.ts'
import { links } from './links.ts'
import { mentions } from './mentions.ts'
import { tasks } from './tasks.ts'
import { wikiLinks } from './wiki-links.ts'

/** Deeper than this nothing is drawn: 50 lists inside one another. */
const deepest = 100

/** Markdown as the preview knows it. HTML in it is text; links lead nowhere dangerous; blocks carry the line they begin at. */
export function createParser(): MarkdownIt {
  const parser = createMarkdownIt('default', { html: false, linkify: true, maxNesting: deepest })
  // Bare domains stay text: `package.json` and `main.rs` are no addresses.
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })
  for (const plugin of [wikiLinks, links, tasks, mentions, anchors, lines, columns]) plugin(parser)
  return parser
}

/** The line a block begins at, counted from 0, for scrolling in step. */
function lines(parser: MarkdownIt): void {
  parser.core.ruler.push('lines', ({ tokens }) => {
    for (const token of tokens) {
      if (token.map !== null && token.nesting !== -1) token.attrSet('data-line', String(token.map[0]))
    }
  })
}

/** How a column of a table stands, as a class: a style would be refused by the policy of the page. */
function columns(parser: MarkdownIt): void {
  parser.core.ruler.push('columns', ({ tokens }) => {
    for (const token of tokens) if (token.type === 'th_open' || token.type === 'td_open') styleToClass(token)
  })
}

function styleToClass(token: Token): void {
  const [, side] = /^text-align:(right|center)$/.exec(String(token.attrGet('style') ?? '')) ?? []
  token.attrs = token.attrs?.filter(([name]) => name !== 'style') ?? null
  if (side !== undefined) token.attrSet('class', side)
}
