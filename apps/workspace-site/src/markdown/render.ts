import { headingText } from './anchors.ts'
import { createParser } from './parser.ts'

/** A heading of a text. */
export interface Heading {
  readonly level: number
  readonly text: string
  /** By which a link finds it. */
  readonly anchor: string
  /** Counted from 0. */
  readonly line: number
}

export interface Rendered {
  readonly html: string
  readonly outline: readonly Heading[]
  /** The text draws more than a page can show; the html ends early. */
  readonly isCut: boolean
}

/** More HTML than this is not handed to a page, characters: some 50,000 cells of a table. */
const longest = 1_000_000

const parser = createParser()

/** The HTML of a text. HTML that stands in it is shown as it is written; nothing in the answer runs, and it is still to be sanitised. */
export function renderMarkdown(text: string): Rendered {
  const tokens = parser.parse(withoutFrontMatter(text), {})
  const outline = tokens.flatMap((token, index): Heading[] => {
    if (token.type !== 'heading_open' || token.level !== 0) return []
    const words = headingText(tokens[index + 1]?.children ?? [])
    return [
      { level: Number(token.tag.slice(1)), text: words, anchor: String(token.attrGet('data-anchor') ?? ''), line: token.map?.[0] ?? 0 },
    ]
  })
  const html = parser.renderer.render(tokens, parser.options, {})
  if (html.length <= longest) return { html, outline, isCut: false }
  // Every < of the answer begins a tag.
  return { html: html.slice(0, html.lastIndexOf('<', longest)), outline, isCut: true }
}

/** What stands between two lines of --- at the top tells programs of a text; its lines stay, so that all others keep their number. */
function withoutFrontMatter(text: string): string {
  if (!/^---\r?\n/.test(text)) return text
  const end = /\r?\n---[ \t]*(?:\r?\n|$)/.exec(text)
  if (end === null) return text
  const head = text.slice(0, end.index + end[0].length)
  return head.replaceAll(/[^\n]/g, '') + text.slice(head.length)
}
