/**
 * A text with its code blanked out, line breaks and the length of what is left in place: what is written in code addresses nobody and leads
 * nowhere. Indented lines are code where they continue neither a paragraph nor a list. O(text).
 */
export function withoutCode(text: string): string {
  let fence: string | undefined
  let inParagraph = false
  let inList = false
  const lines = text.split('\n').map((line) => {
    const mark = /^\s*(?:(?:[-*+>]|\d{1,9}[.)])\s+)*(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined
      return ''
    }
    const isBlank = line.trim() === ''
    const isIndented = /^(?: {4}|\t)/.test(line)
    if (isIndented && !isBlank && !inParagraph && !inList) return ''
    // A fence of backticks has none behind it: else it is a code span.
    if (mark !== undefined && !(mark.startsWith('`') && line.slice(line.indexOf(mark) + mark.length).includes('`'))) {
      fence = mark
      inParagraph = false
      return ''
    }
    if (/^\s*(?:[-*+]|\d{1,9}[.)])(?:\s|$)/.test(line)) inList = true
    else if (!isBlank && !/^\s/.test(line)) inList = inList && inParagraph
    inParagraph = !isBlank
    return withoutCodeSpans(line)
  })
  return lines.join('\n')
}

/** A code span ends at the next run of as many backticks. O(line). */
function withoutCodeSpans(line: string): string {
  const runs = [...line.matchAll(/`+/g)].map((run) => ({ start: run.index, length: run[0].length, closes: -1 }))
  const nextOfLength = new Map<number, number>()
  for (let index = runs.length - 1; index >= 0; index -= 1) {
    const run = runs[index] as (typeof runs)[number]
    run.closes = nextOfLength.get(run.length) ?? -1
    nextOfLength.set(run.length, index)
  }
  let kept = ''
  let from = 0
  for (let index = 0; index < runs.length; index += 1) {
    const run = runs[index] as (typeof runs)[number]
    const closing = runs[run.closes]
    if (!closing) continue
    kept += `${line.slice(from, run.start)} `
    from = closing.start + closing.length
    index = run.closes
  }
  return kept + line.slice(from)
}

/** The line around a place, at most `length` characters of it. */
export function lineAround(text: string, index: number, length: number): string {
  const start = text.lastIndexOf('\n', index) + 1
  const end = text.indexOf('\n', index)
  const line = text.slice(start, end === -1 ? text.length : end)
  const from = Math.max(0, Math.min(index - start - length / 2, line.length - length))
  return line.slice(from, from + length).trim()
}

/** A front matter replaced by as many empty lines: it stands between a first line of `---` and the next such line. */
export function withoutFrontMatter(text: string): string {
  const matter = frontMatterOf(text)
  return matter === undefined ? text : '\n'.repeat(matter.split('\n').length - 1) + text.slice(matter.length)
}

/** Its lines with both marks, or undefined. Longer ones than 10,000 characters are none. */
export function frontMatterOf(text: string): string | undefined {
  return /^---\r?\n[^]{0,10000}?\n---(?=\r?\n|$)/.exec(text)?.[0]
}
