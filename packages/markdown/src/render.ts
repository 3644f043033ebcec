import type { MarkdownIt, Token } from 'markdown-it'
import { anchorOf, linkTarget } from './link-target.ts'
import type { DocumentTarget, LinkTarget } from './link-target.ts'
import { createParser, textOf } from './parser.ts'
import type { Drawing } from './parser.ts'
import { withoutFrontMatter } from './prose.ts'

/** Most characters of a text that are drawn: some 0.1 s of work, and 2 s for a text that was written to be slow. */
export const maxDrawnLength = 262_144

/** A heading, in the order of the text. */
export interface Heading {
  /** 1…6 */
  readonly level: number
  readonly text: string
  /** The id of the heading in the HTML. */
  readonly anchor: string
}

export interface Drawn {
  readonly html: string
  readonly outline: readonly Heading[]
  /** The text is longer than `maxDrawnLength`; only its beginning is drawn. */
  readonly truncated: boolean
}

export interface DrawOptions {
  /** Path of the document, which relative links are meant from. @defaultValue null */
  readonly from?: string | null
  /**
   * Where a link to another document leads; null while there is no such document. What it answers is put into `href` as it is (escaped), so
   * it must be an address of the own site. @defaultValue no document is known
   */
  readonly hrefOf?: (target: DocumentTarget) => string | null
}

let parser: MarkdownIt | undefined

/**
 * Markdown as HTML that may be put into a page as it is. It is safe by construction and not by cleaning: HTML in the text is shown as text,
 * links lead to `http:`, `https:`, `mailto:`, a heading of the same text or where `hrefOf` says, pictures are links, and nothing carries a
 * style or a handler. Classes begin with `md-`, but for `language-…` of code.
 *
 * `data-line` is the line of the text, from 1, that a block of the top level or a box of a checklist begins at.
 */
export function renderMarkdown(text: string, options: DrawOptions = {}): Drawn {
  parser ??= withRules(createParser())
  const drawn = text.length > maxDrawnLength ? text.slice(0, maxDrawnLength) : text
  const drawing: Drawing = { from: options.from ?? null, hrefOf: options.hrefOf ?? (() => null), closing: undefined }
  const env = { drawing }
  const tokens = parser.parse(withoutFrontMatter(drawn), env)
  const outline = nameHeadings(tokens)
  return { html: parser.renderer.render(tokens, parser.options, env), outline, truncated: drawn !== text }
}

/** Gives each heading its anchor; those of the same words are numbered. */
function nameHeadings(tokens: readonly Token[]): Heading[] {
  const outline: Heading[] = []
  const used = new Map<string, number>()
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue
    const text = textOf(tokens[index + 1]?.children ?? [])
    const name = anchorOf(text)
    const before = used.get(name) ?? 0
    used.set(name, before + 1)
    const anchor = before === 0 ? name : `${name}-${before}`
    token.attrSet('id', anchor)
    outline.push({ level: Number(token.tag.slice(1)), text, anchor })
  }
  return outline
}

function withRules(made: MarkdownIt): MarkdownIt {
  const { rules } = made.renderer
  const escape = made.utils.escapeHtml
  const drawingOf = (env: unknown) => (env as { drawing: Drawing }).drawing

  /** The opening tag of a link that leads there, and the tag that closes it. */
  const tagOf = (target: LinkTarget, written: string, { hrefOf }: Drawing): { open: string; close: string } => {
    if (target.kind === 'elsewhere') {
      return {
        open: `<a class="md-external" href="${escape(made.normalizeLink(target.href))}" rel="noopener noreferrer nofollow">`,
        close: '</a>',
      }
    }
    if (target.kind === 'heading') return { open: `<a href="#${escape(target.anchor)}">`, close: '</a>' }
    if (target.kind === 'nowhere') return { open: '<span class="md-nowhere">', close: '</span>' }
    const href = hrefOf(target)
    const data = `data-document="${escape(written)}"`
    if (href === null) return { open: `<span class="md-missing" ${data}>`, close: '</span>' }
    const behind = target.heading === '' ? '' : `#${anchorOf(target.heading)}`
    return { open: `<a class="md-document" ${data} href="${escape(href + behind)}">`, close: '</a>' }
  }

  rules['document_link'] = (tokens, index, _options, env) => {
    const token = tokens[index] as Token
    const { target, written } = token.meta as { target: DocumentTarget; written: string }
    const { open, close } = tagOf(target, written, drawingOf(env))
    return open + escape(token.content) + close
  }
  rules['link_open'] = (tokens, index, _options, env) => {
    const written = String((tokens[index] as Token).attrGet('href') ?? '')
    const { open, close } = tagOf(linkTarget(written, drawingOf(env).from), written, drawingOf(env))
    drawingOf(env).closing = close
    return open
  }
  rules['link_close'] = (_tokens, _index, _options, env) => {
    const drawing = drawingOf(env)
    const close = drawing.closing ?? ''
    drawing.closing = undefined
    return close
  }
  rules['image'] = (tokens, index, _options, env) => {
    const token = tokens[index] as Token
    const target = linkTarget(String(token.attrGet('src') ?? ''), null)
    const shown = escape(textOf(token.children ?? []) || 'picture')
    if (target.kind !== 'elsewhere' || drawingOf(env).closing !== undefined) return `<span class="md-picture">${shown}</span>`
    const href = escape(made.normalizeLink(target.href))
    return `<a class="md-picture" href="${href}" rel="noopener noreferrer nofollow">${shown}</a>`
  }
  rules['mention'] = (tokens, index) => {
    const token = tokens[index] as Token
    const isUrgent = (token.meta as { urgent: boolean }).urgent
    return `<span class="md-mention${isUrgent ? ' md-urgent' : ''}">${escape(token.content)}</span>`
  }
  rules['task_box'] = (tokens, index) => {
    const { isDone, line, label } = (tokens[index] as Token).meta as { isDone: boolean; line: number; label: string }
    return `<input class="md-box" type="checkbox" disabled${isDone ? ' checked' : ''} data-line="${line}" aria-label="${escape(label)}"> `
  }
  rules['fence'] = (tokens, index) => {
    const token = tokens[index] as Token
    const language = /^[\w+#.-]{1,40}/.exec(token.info.trim())?.[0]
    return code(token, language === undefined ? '' : ` class="language-${escape(language.toLowerCase())}"`)
  }
  rules['code_block'] = (tokens, index) => code(tokens[index] as Token, '')
  const code = (token: Token, language: string) =>
    `<pre class="md-code" tabindex="0"${made.renderer.renderAttrs({ attrs: token.attrs?.filter(([name]) => name === 'data-line') ?? null })}><code${language}>${escape(token.content)}</code></pre>\n`
  rules['table_open'] = (tokens, index, options) =>
    `<div class="md-table" tabindex="0">${made.renderer.renderToken(tokens as Token[], index, options as never)}`
  rules['table_close'] = () => '</table></div>\n'
  for (const cell of ['th_open', 'td_open']) {
    rules[cell] = (tokens, index) => {
      const token = tokens[index] as Token
      const [, side] = /^text-align:(left|center|right)$/.exec(String(token.attrGet('style'))) ?? []
      return side === undefined ? `<${token.tag}>` : `<${token.tag} class="md-${side}">`
    }
  }
  return made
}
