import { EditorView } from '@codemirror/view'

/** Puts the cursor at the beginning of a line, counted from 1, and shows it at the top. */
export function goToLine(view: EditorView, line: number): void {
  const { from } = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines))
  view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'start', yMargin: 40 }) })
  view.focus()
}
