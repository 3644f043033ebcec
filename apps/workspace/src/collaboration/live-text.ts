import { textOf } from '@millrace/collaboration'
import * as Y from 'yjs'

const about = 'document'

/** The state that a document of this text begins with when it is edited together for the first time. */
export function firstState(text: string, version: number): Uint8Array {
  const doc = new Y.Doc()
  doc.transact(() => {
    textOf(doc).insert(0, plainLines(text))
    doc.getMap(about).set('version', version)
  })
  const state = Y.encodeStateAsUpdate(doc)
  doc.destroy()
  return state
}

/** As editors keep it: line ends are `\n`, or positions in browsers would not be those of the text. */
export function plainLines(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n')
}
