import { Compartment, EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useDocuments } from '../documents/use-documents.ts'
import { useSource } from '../source.ts'
import { editorExtensions } from './extensions.ts'
import type { Room } from './room.ts'

export interface CollaborativeEditorProps {
  /** The document, entered. */
  readonly room: Room
  /** False: the text can be read, selected and searched, and not changed. */
  readonly mayWrite: boolean
  /** Counted from 1. */
  readonly onLine?: (line: number) => void
  /** The editor, for who scrolls it or follows it; undefined once it is gone. */
  readonly onView?: (view: EditorView | undefined) => void
}

/** Several people write one document: their cursors show, each undoes what they wrote themselves, and nothing waits for the server. */
export function CollaborativeEditor({ room, mayWrite, onLine, onView }: CollaborativeEditorProps) {
  const { client } = useSource()
  const documents = useDocuments().data?.documents
  const place = useRef<HTMLDivElement>(null)
  const [locks] = useState(() => new Compartment())
  const view = useRef<EditorView>(undefined)
  const titles = useEffectEvent(() => documents?.map(({ title }) => title) ?? [])
  const tellLine = useEffectEvent((line: number) => onLine?.(line))
  const tellView = useEffectEvent((made: EditorView | undefined) => onView?.(made))
  const isLocked = useEffectEvent(() => lockOf(mayWrite))
  useEffect(() => {
    const made = new EditorView({
      parent: place.current as HTMLElement,
      doc: room.text.toString(),
      extensions: [
        locks.of(isLocked()),
        editorExtensions(room, {
          people: async (q, signal) => (await client.listPeople({ query: { q, limit: 8 }, signal })).people.map(({ name }) => name),
          titles: () => titles(),
        }),
        EditorView.updateListener.of(({ state, selectionSet, docChanged }) => {
          if (selectionSet || docChanged) tellLine(state.doc.lineAt(state.selection.main.head).number)
        }),
      ],
    })
    view.current = made
    tellView(made)
    return () => {
      tellView(undefined)
      made.destroy()
    }
  }, [room, client, locks])
  useEffect(() => view.current?.dispatch({ effects: locks.reconfigure(lockOf(mayWrite)) }), [mayWrite, locks, room])
  return <div ref={place} className="editor" />
}

const lockOf = (mayWrite: boolean) => [EditorState.readOnly.of(!mayWrite), EditorView.editable.of(mayWrite)]
