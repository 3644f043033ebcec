import { Annotation, RangeSet } from '@codemirror/state'
import type { Extension, Range } from '@codemirror/state'
import { Decoration, ViewPlugin, WidgetType } from '@codemirror/view'
import type { DecorationSet, EditorView, ViewUpdate } from '@codemirror/view'
import * as Y from 'yjs'
import type { Awareness } from 'y-protocols/awareness'
import { peopleOf } from './people.model.ts'

/** A flag fades after this time without movement, ms. */
const flagMs = 3_000

const moved = Annotation.define<true>()

interface Cursor {
  readonly anchor: unknown
  readonly head: unknown
}

/** Where others write: a caret and a pale selection in their colour, and their name at the end of the line, so that it covers no text. */
export function otherCursors(text: Y.Text, awareness: Awareness): Extension {
  return ViewPlugin.define((view) => new Cursors(view, text, awareness), { decorations: ({ decorations }) => decorations })
}

class Cursors {
  decorations: DecorationSet = Decoration.none
  readonly #view: EditorView
  readonly #text: Y.Text
  readonly #awareness: Awareness
  /** When each cursor moved last, and to where. */
  readonly #moves = new Map<number, { place: string; atMs: number }>()
  #fading: ReturnType<typeof setTimeout> | undefined

  constructor(view: EditorView, text: Y.Text, awareness: Awareness) {
    this.#view = view
    this.#text = text
    this.#awareness = awareness
    awareness.on('change', this.#look)
    this.#draw()
  }

  update({ view, docChanged, selectionSet, focusChanged, transactions }: ViewUpdate): void {
    if (selectionSet || docChanged || focusChanged) this.#tell(view)
    if (transactions.some((transaction) => transaction.annotation(moved))) this.#draw()
    else if (docChanged) this.decorations = this.decorations.map(changesOf(transactions))
  }

  destroy(): void {
    clearTimeout(this.#fading)
    this.#awareness.off('change', this.#look)
    this.#awareness.setLocalStateField('cursor', null)
  }

  readonly #look = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>): void => {
    if ([...added, ...updated, ...removed].every((clientId) => clientId === this.#awareness.clientID)) return
    // Awareness may change while the view is being updated.
    queueMicrotask(() => this.#view.dispatch({ annotations: moved.of(true) }))
  }

  /** Tells others where this cursor is; without focus it stays where it was. */
  #tell(view: EditorView): void {
    if (!view.hasFocus) return
    const { anchor, head } = view.state.selection.main
    const place = (index: number) => Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(this.#text, index)) as unknown
    const cursor: Cursor = { anchor: place(anchor), head: place(head) }
    const before = this.#awareness.getLocalState()?.['cursor']
    if (JSON.stringify(before) !== JSON.stringify(cursor)) queueMicrotask(() => this.#awareness.setLocalStateField('cursor', cursor))
  }

  #draw(): void {
    const nowMs = Date.now()
    const ranges: Range<Decoration>[] = []
    const states = this.#awareness.getStates()
    for (const { clientId, name, colour } of peopleOf(states, this.#awareness.clientID)) {
      const cursor = states.get(clientId)?.['cursor'] as Cursor | null | undefined
      const [anchor, head] = [this.#indexOf(cursor?.anchor), this.#indexOf(cursor?.head)]
      if (anchor === undefined || head === undefined) continue
      const isFresh = this.#isFresh(clientId, `${anchor} ${head}`, nowMs)
      if (anchor !== head) {
        const selection = Decoration.mark({ class: `other-selection person-${colour}` })
        ranges.push(selection.range(Math.min(anchor, head), Math.max(anchor, head)))
      }
      ranges.push(Decoration.widget({ widget: new Caret(colour), side: head < anchor ? -1 : 1 }).range(head))
      const end = this.#view.state.doc.lineAt(head).to
      if (isFresh) ranges.push(Decoration.widget({ widget: new Flag(name, colour), side: 2 }).range(end))
    }
    this.decorations = RangeSet.of(ranges, true)
    clearTimeout(this.#fading)
    const last = Math.max(...[...this.#moves.values()].map(({ atMs }) => atMs), 0)
    if (last + flagMs > nowMs)
      this.#fading = setTimeout(() => this.#view.dispatch({ annotations: moved.of(true) }), last + flagMs - nowMs + 10)
  }

  #isFresh(clientId: number, place: string, nowMs: number): boolean {
    const before = this.#moves.get(clientId)
    const atMs = before?.place === place ? before.atMs : nowMs
    this.#moves.set(clientId, { place, atMs })
    return nowMs - atMs < flagMs
  }

  /** Where a position of the shared text is now; undefined for none, or one of a text that this one is not. */
  #indexOf(position: unknown): number | undefined {
    try {
      const { doc } = this.#text
      if (position === null || position === undefined || doc === null) return undefined
      const found = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(position), doc)
      if (found?.type !== this.#text) return undefined
      return Math.min(found.index, this.#view.state.doc.length)
    } catch {
      // What others tell of themselves may be anything.
      return undefined
    }
  }
}

function changesOf(transactions: ViewUpdate['transactions']) {
  return transactions.map(({ changes }) => changes).reduce((all, changes) => all.compose(changes))
}

class Caret extends WidgetType {
  readonly #colour: number

  constructor(colour: number) {
    super()
    this.#colour = colour
  }

  override eq(other: Caret): boolean {
    return this.#colour === other.#colour
  }

  toDOM(): HTMLElement {
    const caret = document.createElement('span')
    caret.className = `other-caret person-${this.#colour}`
    caret.ariaHidden = 'true'
    return caret
  }

  override ignoreEvent(): boolean {
    return true
  }
}

class Flag extends WidgetType {
  readonly #name: string
  readonly #colour: number

  constructor(name: string, colour: number) {
    super()
    this.#name = name
    this.#colour = colour
  }

  override eq(other: Flag): boolean {
    return this.#name === other.#name && this.#colour === other.#colour
  }

  toDOM(): HTMLElement {
    const flag = document.createElement('span')
    flag.className = `other-flag person-${this.#colour}`
    flag.textContent = this.#name
    flag.ariaHidden = 'true'
    return flag
  }

  override ignoreEvent(): boolean {
    return true
  }
}
