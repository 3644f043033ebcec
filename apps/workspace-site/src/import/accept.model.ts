import type { SkippedFile } from '@millrace/contract'

/** A file that was left out, and why. */
export type Skipped = SkippedFile

/** What the server takes: it would refuse the same, after the bytes travelled. */
const maxFileBytes = 1_048_576
const maxFiles = 10_000

export const namesMarkdown = (path: string): boolean => /\.(md|markdown)$/i.test(path)

/** Why a file is not sent; undefined when it is. `before` is how many are sent already. */
export function refuse(path: string, bytes: number, before: number): Skipped | undefined {
  if (!namesMarkdown(path)) return { path, reason: 'not-markdown', detail: 'only .md and .markdown are imported' }
  if (bytes > maxFileBytes) return { path, reason: 'too-large', detail: 'larger than 1 MiB' }
  if (bytes === 0) return { path, reason: 'empty', detail: 'the file is empty' }
  if (before >= maxFiles) return { path, reason: 'too-many', detail: 'more than 10,000 files in one import' }
  return undefined
}
