import { lineAround, withoutCode } from './prose.ts'

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
/** More people are not told of one version. */
export const maxMentions = 100

/** `@name` or `@name!` where nothing before it makes it part of something else: an address, a package, a path, an escape. */
export const mentionPattern = /(?<![\p{L}\p{N}_.@/:+\\-])@([\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,62}[\p{L}\p{N}_])?)(?![\p{L}\p{N}_@/])(!?)/gu

/**
 * Who is addressed: `@name`, letters, digits, `.`, `_` and `-`, at most 64. Not in code, in addresses (`ada@example.org`,
 * `https://host/@ada`) or in package names (`@scope/name`). One mention a person, urgent when any of theirs is; at most `maxMentions`,
 * in order of appearance. O(text).
 */
export function mentionsIn(text: string): Mention[] {
  const found = new Map<string, Mention>()
  const prose = withoutCode(text)
  for (const match of prose.matchAll(mentionPattern)) {
    const subject = subjectOf(match[1] as string)
    const urgent = match[2] === '!'
    const known = found.get(subject)
    if (known) {
      if (urgent && !known.urgent) found.set(subject, { ...known, urgent })
    } else if (found.size < maxMentions) {
      found.set(subject, { subject, urgent, excerpt: lineAround(prose, match.index, excerptLength) })
    }
  }
  return [...found.values()]
}

/** The name of an inbox: people are found whichever way their name is capitalised. */
export function subjectOf(name: string): string {
  return name.normalize('NFC').toLowerCase()
}
