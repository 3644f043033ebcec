import * as Y from 'yjs'

/** Whether these bytes are an update of a document, read to the end; nothing is applied. Cost: O(bytes). */
export function isUpdate(update: Uint8Array): boolean {
  try {
    Y.decodeUpdate(update)
    return true
  } catch {
    return false
  }
}

/** Whether an update changes no document at all. */
export function isEmptyUpdate(update: Uint8Array): boolean {
  return update.length === 2 && update[0] === 0 && update[1] === 0
}

/** Whether `doc` waits for changes that should have come before some it got: one was lost on the way. */
export function hasGap(doc: Y.Doc): boolean {
  return doc.store.pendingStructs !== null || doc.store.pendingDs !== null
}
