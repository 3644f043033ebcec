import { MillraceError } from 'millrace'

/** Largest file that is imported, bytes. */
export const maxFileBytes = 1_048_576
/** Most files in one import. */
export const maxFiles = 10_000
const maxPathLength = 512

/** True for names that an import takes: `.md` and `.markdown`, however capitalised. */
export function isMarkdownName(name: string): boolean {
  return /\.(md|markdown)$/i.test(name)
}

/**
 * The path of a file as it is kept and shown: `/` between segments, no leading `./`. It names a document and never a place on a disk.
 * @throws MillraceError IMPORT_FILE_REFUSED with the reason
 */
export function acceptPath(path: string): string {
  const segments = path
    .replaceAll('\\', '/')
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
  const clean = segments.join('/').normalize('NFC')
  if (clean === '') throw refused('the path is empty')
  if (segments.includes('..')) throw refused('the path leads out of its folder')
  if (clean.length > maxPathLength) throw refused(`the path is longer than ${maxPathLength} characters`)
  if (/\p{Cc}/u.test(clean)) throw refused('the path holds control characters')
  if (!isMarkdownName(clean)) throw refused('not Markdown: only .md and .markdown are imported')
  return clean
}

/**
 * The text of a file.
 * @throws MillraceError IMPORT_FILE_REFUSED with the reason
 */
export function acceptText(bytes: Uint8Array): string {
  if (bytes.length > maxFileBytes) throw refused('larger than 1 MiB')
  if (bytes.includes(0)) throw refused('a binary file: it holds NUL bytes')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refused('not valid UTF-8')
  }
}

export function refused(reason: string): MillraceError {
  return new MillraceError('IMPORT_FILE_REFUSED', reason)
}
