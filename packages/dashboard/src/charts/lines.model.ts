import type { MetricUnit, Series } from '@millrace/contract'
import { formatMoment, unknown } from '@millrace/ui'
import { youngSinceMs } from '../summary/points.model.ts'
import { linearScale, logScale } from './scale.model.ts'
import type { Scale } from './scale.model.ts'
import { formatPointTime } from './time.model.ts'
import { formatValue } from './value.model.ts'

/** How a line is drawn; dash and label tell apart what colour does. */
export type Look = 'p50' | 'p95' | 'p99' | 'in' | 'out' | 'first' | 'second' | 'third' | 'other'

/** One line of a chart. */
export interface Line {
  readonly label: string
  readonly look: Look
  readonly points: Series['points']
}

/** Lines on one time axis. */
export interface Grid {
  /** Starts of the points, ms since 1970, evenly spaced, oldest first. */
  readonly starts: readonly number[]
  /** Middles of the points, ms since 1970: where they are drawn. */
  readonly middles: readonly number[]
  /** A row a line, a value a point; null where nothing was measured. */
  readonly values: readonly (readonly (number | null)[])[]
  /** The last point still runs: what it says will change. */
  readonly isRunning: boolean
}

export function gridOf(lines: readonly Line[], resolutionSeconds: number, generatedAtMs: number): Grid {
  const stepMs = resolutionSeconds * 1_000
  const times = lines.flatMap(({ points }) => points.map(([at]) => at))
  if (times.length === 0) return { starts: [], middles: [], values: lines.map(() => []), isRunning: false }
  const first = times.reduce((least, at) => Math.min(least, at))
  const last = times.reduce((most, at) => Math.max(most, at))
  const starts = Array.from({ length: Math.round((last - first) / stepMs) + 1 }, (_, index) => first + index * stepMs)
  const values = lines.map(({ points }) => {
    const row: (number | null)[] = starts.map(() => null)
    for (const [at, value] of points) row[Math.round((at - first) / stepMs)] = value
    return row
  })
  return { starts, middles: starts.map((at) => at + stepMs / 2), values, isRunning: last + stepMs > generatedAtMs }
}

/** From 0 for amounts, by powers of ten for latency. */
export function scaleOf({ values }: Grid, unit: MetricUnit): Scale {
  const known = values.flat().filter((value) => value !== null)
  const largest = known.reduce((most, value) => Math.max(most, value), 0)
  if (unit !== 'ms') return linearScale(largest, unit)
  const positive = known.filter((value) => value > 0)
  return logScale(
    positive.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
    largest,
  )
}

/** What is drawn of a row: all that is done, and the stroke to the point that still runs. */
export function partsOf(
  row: Grid['values'][number],
  isRunning: boolean,
): { readonly done: (number | null)[]; readonly running: (number | null)[] } {
  const last = row.length - 1
  if (!isRunning) return { done: [...row], running: row.map(() => null) }
  return {
    done: row.map((value, index) => (index === last ? null : value)),
    running: row.map((value, index) => (index < last - 1 ? null : value)),
  }
}

/** Points without a neighbour: no stroke reaches them, so they are drawn as dots. */
export function lonePoints(row: readonly (number | null | undefined)[]): number[] {
  return row.flatMap((value, index) => (value != null && row[index - 1] == null && row[index + 1] == null ? [index] : []))
}

/** Fewer points than this are a wave, not a backlog. */
const leastBacklog = 3

/** The point from which more came in than went out, without a break to the end; null when it is not so. */
export function backlogFrom(incoming: readonly (number | null)[], outgoing: readonly (number | null)[]): number | null {
  let from = incoming.length
  while (from > 0 && isAbove(incoming[from - 1], outgoing[from - 1])) from--
  return incoming.length - from >= leastBacklog ? from : null
}

/** Above by what is more than noise: one in fifty. */
const isAbove = (a: number | null | undefined, b: number | null | undefined) => a != null && b != null && a > b * 1.02

/** What stands beside the title: with from when on there is something to draw, where that is less than half of the range. */
export function noteSince(note: string | undefined, lines: readonly Line[], generatedAtMs: number): string | undefined {
  const starts = lines.map(({ points }) => youngSinceMs(points))
  const isWhole =
    starts.length === 0 || lines.some(({ points }, line) => starts[line] === null && points.some(([, value]) => value !== null))
  const first = Math.min(...starts.flatMap((start) => start ?? []))
  if (isWhole || !Number.isFinite(first)) return note
  return [note, `since ${formatMoment(first, generatedAtMs)}`].filter((part) => part !== undefined).join(', ')
}

/** The point a readout speaks of when none is pointed at: the last that is done and has a value. */
export function latestPoint({ values, starts, isRunning }: Grid): number | null {
  for (let index = starts.length - (isRunning ? 2 : 1); index >= 0; index--) {
    if (values.some((row) => row[index] != null)) return index
  }
  return isRunning && values.some((row) => row.at(-1) != null) ? starts.length - 1 : null
}

export interface Readout {
  readonly time: string
  /** A text a line. */
  readonly values: readonly string[]
  /** All of it as one sentence. */
  readonly text: string
}

/** What the lines say at one point; the point that still runs says so. */
export function readoutOf(lines: readonly Line[], grid: Grid, index: number | null, unit: MetricUnit, resolutionSeconds: number): Readout {
  const start = index === null ? undefined : grid.starts[index]
  if (index === null || start === undefined) return { time: '', values: lines.map(() => unknown), text: 'Nothing measured' }
  const values = grid.values.map((row) => formatValue(row[index], unit))
  const time = `${formatPointTime(start, resolutionSeconds)}${grid.isRunning && index === grid.starts.length - 1 ? ' so far' : ''}`
  const named = lines.map(({ label }, line) => `${label} ${values[line] === unknown ? 'nothing measured' : values[line]}`)
  return { time, values, text: `${time}: ${named.join(', ')}` }
}
