import createMarkdownIt from 'markdown-it'
import type { MarkdownIt, StateCore, StateInline, Token } from 'markdown-it'
import { maxTitleLength, titleTarget } from './link-target.ts'
import type { DocumentTarget } from './link-target.ts'
import { mentionPattern } from './mentions.ts'

/** Blocks and marks deeper than this within each other are left out of what is drawn. */
export const maxNesting = 100
/** Emphasis deeper than this within itself is drawn as if it ended here. */
const maxEmphasis = 16

/** What one drawing knows beyond the text. */
export interface Drawing {
  /** Path of the document, which relative links are meant from. */
  readonly from: string | null
  readonly hrefOf: (target: DocumentTarget) => string | null
  /** What closes the link that is open; links do not stand in links. */
  closing: string | undefined
}

/** Markdown with tables and strikethrough, links between documents, mentions and checklists. HTML is text. */
export function createParser(): MarkdownIt {
  const parser = createMarkdownIt({ html: false, linkify: true, typographer: false, maxNesting })
  // Addresses are made links where they are written out; words with a dot in them are none.
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })
  parser.validateLink = () => true
  parser.inline.ruler.before('link', 'document-link', documentLink)
  parser.inline.ruler.push('mention', mention)
  parser.core.ruler.push('task', tasks)
  parser.core.ruler.push('emphasis-depth', boundEmphasis)
  parser.core.ruler.push('source-line', sourceLines)
  return parser
}

/** `[[Title]]`. */
function documentLink(state: StateInline, silent: boolean): boolean {
  if (!state.src.startsWith('[[', state.pos)) return false
  // No further than a title reaches, or brackets that never close would be looked through again from each of them.
  const written = /^[^[\]\n]*(?=\]\])/.exec(state.src.slice(state.pos + 2, state.pos + maxTitleLength * 2 + 4))?.[0]
  const found = written === undefined ? undefined : titleTarget(written)
  if (written === undefined || !found) return false
  if (!silent) {
    const token = state.push('document_link', '', 0)
    token.content = found.shown
    token.meta = { written, target: found.target }
  }
  state.pos += written.length + 4
  return true
}

/** Looks at one place and no further. */
const mentionHere = new RegExp(mentionPattern.source, 'uy')

function mention(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== '@') return false
  mentionHere.lastIndex = state.pos
  const match = mentionHere.exec(state.src)
  if (!match) return false
  if (!silent) {
    const token = state.push('mention', '', 0)
    token.content = match[0]
    token.meta = { urgent: match[2] === '!' }
  }
  state.pos += match[0].length
  return true
}

/** `- [ ] text` becomes a box that cannot be ticked, with the line it stands in. */
function tasks(state: StateCore): void {
  for (const [index, item] of state.tokens.entries()) {
    const [paragraph, inline] = state.tokens.slice(index + 1, index + 3)
    const text = inline?.children?.[0]
    if (item.type !== 'list_item_open' || paragraph?.type !== 'paragraph_open' || text?.type !== 'text') continue
    const mark = /^\[([ xX])\](?:\s+|$)/.exec(text.content)
    if (!mark) continue
    text.content = text.content.slice(mark[0].length)
    const box = new state.Token('task_box', 'input', 0)
    box.meta = { isDone: mark[1] !== ' ', line: (item.map?.[0] ?? 0) + 1, label: textOf(inline?.children ?? []).slice(0, 100) }
    inline?.children?.unshift(box)
    item.attrJoin('class', 'md-task')
  }
}

const emphases: ReadonlySet<string> = new Set(['em', 'strong', 's'])

function boundEmphasis(state: StateCore): void {
  for (const block of state.tokens) {
    let depth = 0
    // Both of a pair are at the same depth, so both stay or both go.
    const stays = (token: Token) => {
      if (!emphases.has(token.tag)) return true
      if (token.nesting === 1) depth += 1
      const isShallow = depth <= maxEmphasis
      if (token.nesting === -1) depth -= 1
      return isShallow
    }
    if (block.children) block.children = block.children.filter(stays)
  }
}

/** Blocks of the top level say where they stand in the text, counted from 1, so that a reader can find one from the other. */
function sourceLines(state: StateCore): void {
  for (const token of state.tokens) {
    if (token.level === 0 && token.map && token.nesting >= 0 && token.block) token.attrSet('data-line', String(token.map[0] + 1))
  }
}

/** What a run of inline tokens says, without marks. */
export function textOf(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === 'softbreak' || token.type === 'hardbreak') return ' '
      return token.children && token.children.length > 0 ? textOf(token.children) : token.content
    })
    .join('')
    .trim()
}
