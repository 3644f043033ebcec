import { mentionsIn } from '@millrace/markdown'
import type { Mention } from '@millrace/markdown'

/** Who was not mentioned, or not urgently, in the text before: an edit elsewhere in a document tells nobody again. */
export function newMentions(text: string, before: string): Mention[] {
  const mentions = mentionsIn(text)
  if (mentions.length === 0) return mentions
  const told = new Map(mentionsIn(before).map(({ subject, urgent }) => [subject, urgent]))
  return mentions.filter(({ subject, urgent }) => !told.has(subject) || (urgent && told.get(subject) === false))
}
