import { MillraceError } from 'millrace'
import type { Identity } from 'millrace/server'

/** Whom a request is for. @param what is theirs, as the beginning of a sentence @throws MillraceError SUBJECT_REQUIRED */
export function requireSubject({ subject }: Identity, what: string): string {
  if (subject === null) throw new MillraceError('SUBJECT_REQUIRED', `${what} is somebody's: the token has no claim \`sub\`.`)
  return subject
}
