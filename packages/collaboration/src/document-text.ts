import type * as Y from 'yjs'

/** The Markdown of a document: the one text that all writers of a room share. Lines end with `\n`. */
export function textOf(doc: Y.Doc): Y.Text {
  return doc.getText('text')
}
