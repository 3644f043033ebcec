import type { EditorView } from '@codemirror/view'

/** Something that is drawn of a line of the text, counted from 0. */
interface Mark {
  readonly line: number
  readonly top: number
}

/** Where a reader looks: below the upper edge of a pane by this much, px. */
const eye = 40

/** Keeps the pane that is not scrolled at the place of the one that is. @returns stops it */
export function scrollInStep(view: EditorView, reading: HTMLElement): () => void {
  const writing = view.scrollDOM
  // The one that the pointer, a finger or the keyboard is at leads; the other's scrolling is our own doing.
  let leader: HTMLElement = writing
  const lead = (pane: HTMLElement) => () => {
    leader = pane
  }
  const followWriting = () => {
    if (leader === writing) reading.scrollTop = topOfLine(marksOf(reading), lineAt(view)) - eye
  }
  const followReading = () => {
    if (leader === reading) writing.scrollTop = topInEditor(view, lineOfTop(marksOf(reading), reading.scrollTop + eye))
  }
  const stops = [
    ...(['pointerenter', 'touchstart', 'focusin', 'wheel'] as const).flatMap((kind) => [
      on(writing, kind, lead(writing)),
      on(reading, kind, lead(reading)),
    ]),
    on(writing, 'scroll', followWriting),
    on(reading, 'scroll', followReading),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function on(target: HTMLElement, kind: string, listener: () => void): () => void {
  target.addEventListener(kind, listener, { passive: true })
  return () => target.removeEventListener(kind, listener)
}

/** The line that the reader of the editor looks at, with the part of it that is above. */
function lineAt(view: EditorView): number {
  const height = view.scrollDOM.scrollTop + eye - view.documentPadding.top
  const block = view.lineBlockAtHeight(Math.max(0, height))
  const part = block.height === 0 ? 0 : Math.min(1, Math.max(0, (height - block.top) / block.height))
  return view.state.doc.lineAt(block.from).number - 1 + part
}

function topInEditor(view: EditorView, line: number): number {
  const number = Math.min(view.state.doc.lines, Math.max(1, Math.floor(line) + 1))
  const block = view.lineBlockAt(view.state.doc.line(number).from)
  return block.top + (line - Math.floor(line)) * block.height + view.documentPadding.top - eye
}

function marksOf(reading: HTMLElement): Mark[] {
  const top = reading.getBoundingClientRect().top - reading.scrollTop
  const marks = [...reading.querySelectorAll<HTMLElement>('[data-line]')].map((element) => ({
    line: Number(element.dataset['line']) - 1,
    top: element.getBoundingClientRect().top - top,
  }))
  return [{ line: 0, top: 0 }, ...marks]
}

/** Between two marks a line stands where its share of the lines between them is. */
function topOfLine(marks: readonly Mark[], line: number): number {
  const after = marks.findIndex((mark) => mark.line > line)
  const before = marks.at(after === -1 ? -1 : Math.max(0, after - 1)) as Mark
  const next = after === -1 ? undefined : marks[after]
  if (next === undefined) return before.top + (line - before.line) * 24
  return before.top + ((line - before.line) / (next.line - before.line)) * (next.top - before.top)
}

function lineOfTop(marks: readonly Mark[], top: number): number {
  const after = marks.findIndex((mark) => mark.top > top)
  const before = marks.at(after === -1 ? -1 : Math.max(0, after - 1)) as Mark
  const next = after === -1 ? undefined : marks[after]
  if (next === undefined) return before.line + (top - before.top) / 24
  return before.line + ((top - before.top) / (next.top - before.top)) * (next.line - before.line)
}
