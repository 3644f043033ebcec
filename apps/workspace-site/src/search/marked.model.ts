/** A stretch of a text that is a match, or stands between two. */
export interface Stretch {
  readonly text: string
  readonly isMatch: boolean
}

/** A text parted at its marks: [start, end) in UTF-16 units, ascending. What a mark claims beyond the text or twice is left out. */
export function parted(text: string, marks: readonly (readonly [number, number])[]): Stretch[] {
  const stretches: Stretch[] = []
  let at = 0
  for (const [start, end] of marks) {
    const from = Math.max(at, start)
    const to = Math.min(text.length, end)
    if (to <= from) continue
    if (from > at) stretches.push({ text: text.slice(at, from), isMatch: false })
    stretches.push({ text: text.slice(from, to), isMatch: true })
    at = to
  }
  if (at < text.length) stretches.push({ text: text.slice(at), isMatch: false })
  return stretches
}
