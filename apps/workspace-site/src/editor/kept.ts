/** Under which name this browser keeps a document. */
export const keptName = (base: string, id: string): string => `millrace${base}/documents/${id}`

/** Forgets what this browser keeps of a document that is gone. */
export function forgetKept(base: string, id: string): void {
  try {
    indexedDB.deleteDatabase(keptName(base, id))
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
