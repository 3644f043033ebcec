import type { MarkdownIt } from 'markdown-it'

/** `[[Title]]` and `[[Title|words]]` are a link to the document of that title. Which one it is, who draws it finds out. */
export function wikiLinks(parser: MarkdownIt): void {
  parser.inline.ruler.before('link', 'wiki-link', (state, silent) => {
    if (!state.src.startsWith('[[', state.pos)) return false
    const end = state.src.indexOf(']]', state.pos + 2)
    if (end < 0 || end > state.posMax - 2) return false
    const inside = state.src.slice(state.pos + 2, end)
    const [title = '', words] = inside.split('|', 2).map((part) => part.trim())
    if (title === '' || /[[\]\n]/.test(inside)) return false
    if (!silent) {
      const open = state.push('link_open', 'a', 1)
      open.attrSet('data-title', title)
      state.push('text', '', 0).content = words === undefined || words === '' ? title : words
      state.push('link_close', 'a', -1)
    }
    state.pos = end + 2
    return true
  })
}
