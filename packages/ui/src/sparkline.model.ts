import type { Series } from '@millrace/contract'

export type Points = Series['points']

export interface Spark {
  /** Pieces of the line in a box of 100 × 100: a gap in the data stays a gap. */
  readonly lines: readonly string[]
  /** The same pieces closed at the foot. */
  readonly areas: readonly string[]
  /** Where the limit lies, from the top; null when there is none. */
  readonly limit: number | null
  /** The last value, and those without a neighbour, which no line reaches; in percent of the box. */
  readonly dots: readonly { readonly x: number; readonly y: number }[]
}

/** A line without axes: from 0 to the highest of its values and its limit. */
export function sparkOf(points: Points, limit: number | null = null): Spark {
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined) return { lines: [], areas: [], dots: [], limit: null }
  const spanMs = Math.max(1, last[0] - first[0])
  const highest = Math.max(...points.map(([, value]) => value ?? 0))
  // A limit far above all values would press the line flat: it is left out of the picture then.
  const shownLimit = limit !== null && (highest === 0 || limit <= highest * 4) ? limit : null
  const top = Math.max(highest, shownLimit ?? 0) || 1
  const place = ([at, value]: readonly [number, number]) => ({ x: ((at - first[0]) / spanMs) * 100, y: 96 - (value / top) * 90 })
  const pieces: { x: number; y: number }[][] = [[]]
  for (const [at, value] of points) {
    if (value === null) pieces.push([])
    else pieces.at(-1)?.push(place([at, value]))
  }
  const drawn = pieces.filter((piece) => piece.length > 1)
  const lone = pieces.flatMap((piece) => (piece.length === 1 ? piece : []))
  const end = pieces.findLast((piece) => piece.length > 0)?.at(-1)
  return {
    lines: drawn.map((piece) => `M${piece.map(text).join('L')}`),
    areas: drawn.map((piece) => `M${piece.map(text).join('L')}V100H${round(piece[0]?.x ?? 0)}Z`),
    limit: shownLimit === null ? null : round(96 - (shownLimit / top) * 90),
    dots: end === undefined || lone.includes(end) ? lone : [...lone, end],
  }
}

const text = ({ x, y }: { x: number; y: number }) => `${round(x)} ${round(y)}`
const round = (value: number) => Math.round(value * 10) / 10
