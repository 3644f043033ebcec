import { linkTarget, maxTitleLength, titleTarget } from './link-target.ts'
import type { DocumentTarget } from './link-target.ts'
import { lineAround, withoutCode } from './prose.ts'

/** A link to another document. */
export interface DocumentLink {
  /** As it stands between the brackets. */
  readonly written: string
  readonly target: DocumentTarget
  /** The line it stands in, at most 200 characters. */
  readonly excerpt: string
}

const excerptLength = 200
/** More links of one document are not kept. */
export const maxLinks = 1_000

/** `[[Title]]`; the destination of `[text](destination)`; that of `[name]: destination`. */
const written = new RegExp(
  [
    `\\[\\[([^[\\]\\n]{1,${maxTitleLength * 2}})\\]\\]`,
    String.raw`\]\([ \t]*(?:<([^<>\n]{1,1024})>|([^\s()<>]{1,1024}))`,
    String.raw`^ {0,3}\[[^\]\n]{1,300}\]:[ \t]*(?:<([^<>\n]{1,1024})>|(\S{1,1024}))`,
  ].join('|'),
  'gmu',
)

/**
 * The links to other documents: `[[Title]]`, and Markdown links whose destination is a path to a `.md` or `.markdown` file. Not in code.
 * In order of appearance, each target once; at most `maxLinks`. O(text).
 * @param from the path of the document, which relative paths are meant from; null for one without
 */
export function linksIn(text: string, from: string | null): DocumentLink[] {
  const found = new Map<string, DocumentLink>()
  const prose = withoutCode(text)
  for (const match of prose.matchAll(written)) {
    if (found.size === maxLinks) break
    const [, title] = match
    const destination = match[2] ?? match[3] ?? match[4] ?? match[5] ?? ''
    const target = title === undefined ? linkTarget(destination, from) : titleTarget(title)?.target
    if (target?.kind !== 'title' && target?.kind !== 'path') continue
    const key = target.kind === 'title' ? `title ${target.title}` : `path ${target.path}`
    if (found.has(key)) continue
    found.set(key, { written: title ?? destination, target, excerpt: lineAround(prose, match.index, excerptLength) })
  }
  return [...found.values()]
}
