const maxLength = 1_000
const maxTerms = 32

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
    if (!/[\p{L}\p{N}\p{Co}]/u.test(text)) return
    const unfinished = phrase === undefined && index === pieces.length - 1 && /[\p{L}\p{N}\p{Co}]$/u.test(typed)
    terms.push(`"${text}"${unfinished ? '*' : ''}`)
  })
  return terms.length === 0 ? undefined : terms.slice(-maxTerms).join(' ')
}
