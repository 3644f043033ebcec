import { diffLines } from 'diff'

/** Removes so many UTF-16 units at a place and puts a text there. */
export interface Edit {
  readonly at: number
  readonly remove: number
  readonly insert: string
}

/** Texts that differ in more lines than this become one another by one edit. */
const maxChangedLines = 4_000
/** Longer is not looked for smaller edits, ms. */
const patienceMs = 300

/**
 * Edits that make `to` of `from`, one after the other from the front; each is as long as the lines that changed, less what these begin
 * and end with alike. No edit parts a character in two.
 */
export function editsBetween(from: string, to: string): Edit[] {
  if (from === to) return []
  const changes = diffLines(from, to, { maxEditLength: maxChangedLines, timeout: patienceMs })
  if (changes === undefined) return [trimmed(0, from, to)]
  const edits: Edit[] = []
  let at = 0
  let removed = ''
  let added = ''
  const put = () => {
    if (removed !== '' || added !== '') edits.push(trimmed(at, removed, added))
    at += added.length
    removed = added = ''
  }
  for (const change of changes) {
    if (change.removed) removed += change.value
    else if (change.added) added += change.value
    else {
      put()
      at += change.value.length
    }
  }
  put()
  return edits
}

function trimmed(at: number, from: string, to: string): Edit {
  const shorter = Math.min(from.length, to.length)
  let start = 0
  while (start < shorter && from.charCodeAt(start) === to.charCodeAt(start)) start += 1
  if (isInside(from, start) || isInside(to, start)) start -= 1
  let end = 0
  while (end < shorter - start && from.charCodeAt(from.length - 1 - end) === to.charCodeAt(to.length - 1 - end)) end += 1
  if (isInside(from, from.length - end) || isInside(to, to.length - end)) end -= 1
  return { at: at + start, remove: from.length - start - end, insert: to.slice(start, to.length - end) }
}

/** Whether a place is between the two halves of one character. */
function isInside(text: string, at: number): boolean {
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)]
  return before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000
}
