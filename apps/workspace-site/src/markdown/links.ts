import type { MarkdownIt } from 'markdown-it'
import type { Token } from 'markdown-it'
import { isPictureData, linkKind } from './link.model.ts'

/** Links lead where `linkKind` allows, and nowhere else. A picture that is no part of the text is a link to it: nothing is fetched unasked. */
export function links(parser: MarkdownIt): void {
  parser.validateLink = (url) => linkKind(url) !== undefined || isPictureData(url)
  parser.core.ruler.push('links', ({ tokens }) => {
    for (const { children } of tokens) {
      for (const token of children ?? []) if (token.type === 'link_open') settleLink(token)
    }
  })
  const { escapeHtml } = parser.utils
  parser.renderer.rules['image'] = (tokens, index) => {
    const token = tokens[index] as Token
    const address = String(token.attrGet('src') ?? '')
    const said = escapeHtml(token.content)
    if (isPictureData(address)) return `<img src="${escapeHtml(address)}" alt="${said}">`
    const name = `<span class="picture">${said === '' ? 'Picture' : said}</span>`
    return linkKind(address) === 'web' ? `<a href="${escapeHtml(address)}">${name}</a>` : name
  }
}

function settleLink(token: Token): void {
  // A picture's data may be a picture, and no place to go to.
  const href = token.attrGet('href')
  if (href !== null && linkKind(String(href)) === undefined) token.attrs = []
}
