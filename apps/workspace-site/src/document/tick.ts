import type * as Y from 'yjs'

/** Ticks or clears the box of a line, counted from 1, for everybody; a line that has no box any more stays as it is. */
export function tickBox(text: Y.Text, line: number): void {
  const lines = text.toString().split('\n')
  const found = /^(?:[ \t>]*(?:[-+*]|\d{1,9}[.)])[ \t]+)+\[([ xX])\]/.exec(lines[line - 1] ?? '')
  if (found === null) return
  const start = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0)
  const at = start + found[0].length - 2
  text.doc?.transact(() => {
    text.delete(at, 1)
    text.insert(at, found[1] === ' ' ? 'x' : ' ')
  })
}
