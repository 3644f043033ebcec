import type { ImportState } from './import-run.ts'

/** An import in numbers, for its bar and its summary. */
export interface ImportCounts {
  /** Files that are done, of `total`: stored and found, failed, or left out by the server. */
  readonly settled: number
  readonly total: number
  readonly stored: number
  readonly unchanged: number
  readonly failed: number
  readonly skipped: number
  readonly mentions: number
}

export function countsOf({ files, leftOut, progress }: Pick<ImportState, 'files' | 'leftOut' | 'progress'>): ImportCounts {
  const counts = progress?.counts
  const refused = counts?.skipped ?? 0
  return {
    settled: Math.min(files, (counts?.indexed ?? 0) + (counts?.failed ?? 0) + (counts?.cancelled ?? 0) + refused),
    total: files,
    stored: (counts?.stored ?? 0) - (counts?.unchanged ?? 0),
    unchanged: counts?.unchanged ?? 0,
    failed: counts?.failed ?? 0,
    skipped: refused + leftOut.length,
    mentions: counts?.mentions ?? 0,
  }
}
