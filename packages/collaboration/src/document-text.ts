import type * as Y from 'yjs'

const about = 'document'

/** The Markdown of a document: the one text that all writers of a room share. Lines end with `\n`. */
export function textOf(doc: Y.Doc): Y.Text {
  return doc.getText('text')
}

/** Which life of a document this is the state of; undefined while the document is empty. What was deleted and made anew has another one. */
export function originOf(doc: Y.Doc): string | undefined {
  const origin = doc.getMap(about).get('origin')
  return typeof origin === 'string' ? origin : undefined
}

/** Said once, when a document begins. */
export function setOrigin(doc: Y.Doc, origin: string): void {
  doc.getMap(about).set('origin', origin)
}
