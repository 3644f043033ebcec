import { textOf } from '@millrace/collaboration'
import type { Refusal } from '@millrace/collaboration'
import * as Y from 'yjs'

/** The longest text of a document, bytes of UTF-8; as long as a file that is imported. */
export const maxTextBytes = 1024 * 1024
/** The longest history of a document, bytes: every edit leaves some, also of text that is gone. */
const maxStateBytes = 12 * 1024 * 1024

/**
 * Says before an update is applied whether the document would become too large. Exact, and yet cheap: sizes are counted only when their
 * bounds, which grow by each update, reach the limit.
 */
export class SizeGuard {
  readonly #doc: Y.Doc
  #textAtMost = Infinity
  #stateAtMost = Infinity

  constructor(doc: Y.Doc) {
    this.#doc = doc
  }

  /** To be told of every update that was applied, whoever made it. */
  grew(update: Uint8Array): void {
    this.#textAtMost += update.length
    this.#stateAtMost += update.length
  }

  /** Why the update cannot be applied; undefined when it can. */
  refusalOf(update: Uint8Array): Refusal | undefined {
    if (this.#stateAtMost + update.length > maxStateBytes) {
      this.#stateAtMost = Y.encodeStateAsUpdate(this.#doc).length
      if (this.#stateAtMost + update.length > maxStateBytes) {
        const sentence = `The history of this document has reached ${megabytes(maxStateBytes)}. Copy its text into a new document and go on there.`
        return { code: 'HISTORY_TOO_LARGE', sentence, retry: 'never' }
      }
    }
    if (this.#textAtMost + update.length <= maxTextBytes) return undefined
    this.#textAtMost = bytesOf(this.#doc)
    if (this.#textAtMost + update.length <= maxTextBytes) return undefined
    // It may remove as much as it adds: only a try on a copy tells.
    const bytes = bytesAfter(this.#doc, update)
    if (bytes <= maxTextBytes) return undefined
    const sentence = `With this change the text would have ${bytes.toLocaleString('en-US')} bytes, and a document has at most ${megabytes(maxTextBytes)}. Shorten it, or part it in two documents.`
    return { code: 'TEXT_TOO_LARGE', sentence, retry: 'after-edit' }
  }
}

function bytesOf(doc: Y.Doc): number {
  return Buffer.byteLength(textOf(doc).toString())
}

function bytesAfter(doc: Y.Doc, update: Uint8Array): number {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  Y.applyUpdate(copy, update)
  const bytes = bytesOf(copy)
  copy.destroy()
  return bytes
}

const megabytes = (bytes: number) => `${bytes / 1_048_576} MiB`
