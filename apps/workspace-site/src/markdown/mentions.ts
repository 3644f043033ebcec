import type { MarkdownIt } from 'markdown-it'
import type { StateCore, Token } from 'markdown-it'

/** As the server reads it: not inside addresses, paths or package names; `!` asks for immediate attention. */
const mention = /(?<![\p{L}\p{N}_.@/:+-])@([\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,62}[\p{L}\p{N}_])?)(?![\p{L}\p{N}_@/])!?/gu

/** Sets `@name` apart; not in code and not in the words of a link. */
export function mentions(parser: MarkdownIt): void {
  parser.core.ruler.push('mentions', (state) => {
    for (const token of state.tokens)
      if (token.children?.some(({ content }) => content.includes('@'))) token.children = split(state, token.children)
  })
}

function split(state: StateCore, children: readonly Token[]): Token[] {
  let linked = 0
  return children.flatMap((child) => {
    if (child.type === 'link_open') linked += 1
    if (child.type === 'link_close') linked -= 1
    return child.type === 'text' && linked === 0 ? parts(state, child) : [child]
  })
}

function parts({ Token: Make }: StateCore, token: Token): Token[] {
  const { content, level } = token
  const made: Token[] = []
  const text = (words: string) => {
    const part = new Make('text', '', 0)
    part.content = words
    part.level = level
    if (words !== '') made.push(part)
  }
  let at = 0
  for (const match of content.matchAll(mention)) {
    text(content.slice(at, match.index))
    const open = new Make('mention_open', 'span', 1)
    open.attrSet('class', 'mention')
    made.push(open)
    text(match[0])
    made.push(new Make('mention_close', 'span', -1))
    at = match.index + match[0].length
  }
  if (at === 0) return [token]
  text(content.slice(at))
  return made
}
