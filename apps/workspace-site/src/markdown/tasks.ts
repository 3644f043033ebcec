import type { MarkdownIt } from 'markdown-it'
import type { Token } from 'markdown-it'

/** `- [ ]` and `- [x]` at the beginning of an item are a box that can be ticked; it carries the line that it stands in. */
export function tasks(parser: MarkdownIt): void {
  parser.core.ruler.push('tasks', ({ tokens, Token: Make }) => {
    for (let index = 2; index < tokens.length; index += 1) {
      const [item, paragraph, inline] = [tokens[index - 2], tokens[index - 1], tokens[index]]
      if (item?.type !== 'list_item_open' || paragraph?.type !== 'paragraph_open' || inline?.type !== 'inline') continue
      const [first] = inline.children ?? []
      const [mark, state] = /^\[([ xX])\](?= |$)/.exec(first?.type === 'text' ? first.content : '') ?? []
      if (first === undefined || mark === undefined) continue
      first.content = first.content.slice(mark.length).trimStart()
      item.attrJoin('class', 'task')
      inline.children?.unshift(boxOf(new Make('task', 'input', 0), state !== ' ', inline))
    }
  })
  parser.renderer.rules['task'] = (tokens, index) => {
    const token = tokens[index] as Token
    const checked = token.markup === 'x' ? ' checked' : ''
    return `<input type="checkbox" data-task="${token.attrGet('data-task')}"${checked}> `
  }
}

function boxOf(token: Token, isTicked: boolean, { map }: Token): Token {
  token.markup = isTicked ? 'x' : ''
  token.attrSet('data-task', String(map?.[0] ?? 0))
  return token
}
