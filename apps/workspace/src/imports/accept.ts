import { isMillraceError, MillraceError } from 'millrace'
import type { SkipReason } from '@millrace/contract'

/** Largest file that is imported, bytes. */
export const maxFileBytes = 1_048_576
/** Most files in one import. */
export const maxFiles = 10_000
const maxPathLength = 512

/** Why a file is left out: a word to branch on and a sentence for people. */
export interface Refusal {
  readonly reason: SkipReason
  readonly detail: string
}

/** True for names that an import takes: `.md` and `.markdown`, however capitalised. */
export function isMarkdownName(name: string): boolean {
  return /\.(md|markdown)$/i.test(name)
}

/**
 * The path of a file as it is kept and shown: `/` between segments, also where `\` was, no leading `./`. It names a document and never a
 * place on a disk.
 * @throws MillraceError IMPORT_FILE_REFUSED, read by `refusalOf`
 */
export function acceptPath(path: string): string {
  const slashed = path.replaceAll('\\', '/')
  const segments = slashed.split('/').filter((segment) => segment !== '' && segment !== '.')
  const clean = segments.join('/').normalize('NFC')
  if (clean === '') throw refused('bad-path', 'the path is empty')
  if (slashed.startsWith('/') || /^[a-z]:/i.test(slashed))
    throw refused('bad-path', 'the path is that of a place on a disk; it must begin in the folder')
  if (segments.includes('..')) throw refused('bad-path', 'the path leads out of its folder')
  if (clean.length > maxPathLength) throw refused('bad-path', `the path is longer than ${maxPathLength} characters`)
  if (/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(clean)) throw refused('bad-path', 'the path holds control characters')
  if (!isMarkdownName(clean)) throw refused('not-markdown', 'only .md and .markdown are imported')
  return clean
}

/**
 * The text of a file.
 * @throws MillraceError IMPORT_FILE_REFUSED, read by `refusalOf`
 */
export function acceptText(bytes: Uint8Array): string {
  if (bytes.length > maxFileBytes) throw tooLarge()
  if (bytes.length === 0) throw refused('empty', 'the file is empty')
  if (bytes.includes(0)) throw refused('not-text', 'a binary file: it holds NUL bytes')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refused('not-text', 'not valid UTF-8')
  }
}

export function tooLarge(): MillraceError {
  return refused('too-large', 'larger than 1 MiB')
}

export function refused(reason: SkipReason, detail: string): MillraceError {
  return new MillraceError('IMPORT_FILE_REFUSED', detail, { details: { reason } })
}

/** What a thrown refusal says; undefined for any other error. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!isMillraceError(error, 'IMPORT_FILE_REFUSED')) return undefined
  return { reason: error.details['reason'] as SkipReason, detail: error.message }
}
