import { isUpdate, setOrigin, textOf } from '@millrace/collaboration'
import * as Y from 'yjs'
import { editsBetween } from './edits-between.ts'
import type { LogState } from './update-log.ts'

const about = 'document'

/** What a log holds, read. */
export interface LiveText {
  /** As editors keep it, without NUL, which no version holds. */
  readonly text: string
  readonly doc: Y.Doc
  /** Numbers of entries whose bytes are no update, which are left alone. */
  readonly unreadable: readonly number[]
}

/** The state that a document of this text begins with when it is edited together for the first time. */
export function firstState(text: string, version: number, origin: string): Uint8Array {
  const doc = new Y.Doc()
  doc.transact(() => {
    textOf(doc).insert(0, plainLines(text))
    doc.getMap(about).set('version', version)
    setOrigin(doc, origin)
  })
  const state = Y.encodeStateAsUpdate(doc)
  doc.destroy()
  return state
}

/** Reads a log whole. Cost: O(all edits in it). */
export function readText({ first, entries }: LogState): LiveText {
  const doc = new Y.Doc()
  const unreadable: number[] = []
  if (first.length > 0) Y.applyUpdate(doc, first)
  for (const { number, update } of entries) {
    if (isUpdate(update)) Y.applyUpdate(doc, update)
    else unreadable.push(number)
  }
  return { text: textOf(doc).toString().replaceAll('\0', '\u{fffd}'), doc, unreadable }
}

/**
 * The newest version that came from elsewhere (an import, the interface, a restore) and is in this text. It is part of the state, so that
 * it says so exactly when the text does.
 */
export function versionIn(doc: Y.Doc): number {
  const version = doc.getMap(about).get('version')
  return typeof version === 'number' ? version : 0
}

/**
 * Makes the text of `doc` that of a version, by edits as small as they can be, so that cursors and what others write meanwhile keep
 * their places.
 * @returns the edits
 */
export function takeVersion(doc: Y.Doc, version: number, text: string): Uint8Array {
  const shared = textOf(doc)
  const updates: Uint8Array[] = []
  const gather = (update: Uint8Array) => void updates.push(update)
  doc.on('update', gather)
  doc.transact(() => {
    for (const { at, remove, insert } of editsBetween(shared.toString(), plainLines(text))) {
      if (remove > 0) shared.delete(at, remove)
      if (insert !== '') shared.insert(at, insert)
    }
    doc.getMap(about).set('version', version)
  })
  doc.off('update', gather)
  return updates.length === 1 ? (updates[0] as Uint8Array) : Y.mergeUpdates(updates)
}

/** As editors keep it: line ends are `\n`, or positions in browsers would not be those of the text. */
export function plainLines(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n')
}
