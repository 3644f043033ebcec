import { posix } from 'node:path'

/** Somebody addressed in a document. */
export interface Mention {
  /** Lower case, as inboxes are named. */
  readonly subject: string
  /** `@name!` asks for immediate attention. */
  readonly urgent: boolean
  /** The line it stands in, at most 200 characters. */
  readonly excerpt: string
}

const excerptLength = 200
const titleLength = 200
/** Of a heading with its links and marks. */
const headingLength = 1_000
/** More people are not told of one version. */
export const maxMentions = 100

/**
 * The `title` of a front matter, else the first heading, else the name of the file, else the first words. At most 200 characters.
 */
export function titleOf(text: string, path: string | null): string {
  const heading = frontMatterTitle(text) ?? /^ {0,3}#{1,6}[ \t]+(.*)$/m.exec(withoutCode(text))?.[1]
  const plain = heading
    ?.slice(0, headingLength)
    .trim()
    .replace(/(?<=^|[ \t])#+$/, '')
    .replaceAll(/<[^>]*>|!\[[^\]]*\]\([^)]*\)|[*`]/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
  if (plain) return plain.slice(0, titleLength)
  if (path !== null) return posix.basename(path)
  return text.trim().split('\n', 1)[0]?.slice(0, titleLength) || 'Untitled'
}

/**
 * Who is addressed: `@name`, letters, digits, `.`, `_` and `-`, at most 64. Not in code, in addresses (`ada@example.org`,
 * `https://host/@ada`) or in package names (`@scope/name`). One mention a person, urgent when any of theirs is; at most `maxMentions`,
 * in order of appearance.
 */
export function mentionsIn(text: string): Mention[] {
  const found = new Map<string, Mention>()
  const prose = withoutCode(text)
  for (const match of prose.matchAll(
    /(?<![\p{L}\p{N}_.@/:+-])@([\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,62}[\p{L}\p{N}_])?)(?![\p{L}\p{N}_@/])(!?)/gu,
  )) {
    const subject = subjectOf(match[1] as string)
    const urgent = match[2] === '!'
    const known = found.get(subject)
    if (known) {
      if (urgent && !known.urgent) found.set(subject, { ...known, urgent })
    } else if (found.size < maxMentions) {
      found.set(subject, { subject, urgent, excerpt: lineAround(prose, match.index) })
    }
  }
  return [...found.values()]
}

/** The name of an inbox: people are found whichever way their name is capitalised. */
export function subjectOf(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

/** `title: …` between a first line of `---` and the next such line. */
function frontMatterTitle(text: string): string | undefined {
  if (!/^---\r?\n/.test(text)) return undefined
  const end = text.indexOf('\n---', 3)
  const title = /^title:[ \t]*(.*)$/m.exec(text.slice(0, Math.max(0, end)))?.[1]?.trim()
  return title?.replace(/^(["'])(.*)\1$/, '$2') || undefined
}

/** Code blanked out, line breaks kept. */
function withoutCode(text: string): string {
  let fence: string | undefined
  const lines = text.split('\n').map((line) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined
      return ''
    }
    if (mark !== undefined) {
      fence = mark
      return ''
    }
    return /^(?: {4}|\t)/.test(line) ? '' : withoutCodeSpans(line)
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

function lineAround(text: string, index: number): string {
  const start = text.lastIndexOf('\n', index) + 1
  const end = text.indexOf('\n', index)
  const line = text.slice(start, end === -1 ? text.length : end)
  const from = Math.max(0, Math.min(index - start - excerptLength / 2, line.length - excerptLength))
  return line.slice(from, from + excerptLength).trim()
}
