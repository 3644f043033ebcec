import { separated } from './words.ts'

const maxLength = 1_000
const maxTerms = 32
const word = /[\p{L}\p{N}\p{Co}]/u
const endsInWord = /[\p{L}\p{N}\p{Co}\p{M}]$/u

/**
 * Turns what somebody typed into an FTS5 expression that cannot be a syntax error: every word must occur, `"some words"` as a phrase, and
 * the last word may be the beginning of one. Undefined when nothing searchable was typed.
 * Words are taken apart as the index does: `node-sqlite` is found where `node` is followed by `sqlite`.
 */
export function toMatchExpression(query: string): string | undefined {
  const terms: string[] = []
  const typed = query.slice(0, maxLength).replaceAll('\0', ' ')
  const pieces = [...typed.matchAll(/"([^"]*)(?:"|$)|[^\s"]+/gu)]
  pieces.forEach((piece, index) => {
    const phrase = piece[1]
    const text = phrase ?? piece[0]
    if (!word.test(text)) return
    const unfinished = phrase === undefined && index === pieces.length - 1 && endsInWord.test(typed)
    terms.push(`"${separated(text)}"${unfinished ? '*' : ''}`)
  })
  return terms.length === 0 ? undefined : terms.slice(-maxTerms).join(' ')
}
