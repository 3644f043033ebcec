import type { LevelStats } from '@millrace/contract'
import type { StatusWord } from '@millrace/ui'

/** A level is late past its age target, and starved past this many times it. */
export const starvedFactor = 10
/** Below this part of what was promised, what is missing is hatched. */
const shortBelow = 0.6

/** One channel of the lane strip. Fractions are 0…1 of the width of their side. */
export interface Lane {
  readonly level: string
  readonly depth: number
  readonly oldestAgeMs: number | null
  readonly targetAgeMs: number
  readonly isLate: boolean
  readonly isStarved: boolean
  /** Oldest age over age target; null when nothing waits. */
  readonly factor: number | null
  /** Water behind the gate, on one linear scale for all four. */
  readonly water: number
  readonly served: number | null
  readonly share: number | null
  /** How far the gate stands open, 0…1 of 14 px. */
  readonly gate: number
  /** Share that is missing to the target; 0 where at least 60 % of it is served, or nothing waits. */
  readonly shortfall: number
  readonly mark: StatusWord | null
}

export interface Lanes {
  /** What a full left side stands for, messages. */
  readonly scale: number
  readonly lanes: readonly Lane[]
}

/** The strip of a queue: depth on a scale that holds the deepest level, share served against share promised. */
export function lanesOf(levels: readonly LevelStats[]): Lanes {
  const scale = roundUp(Math.max(0, ...levels.map(({ ready }) => ready)))
  return { scale, lanes: levels.map((level) => laneOf(level, scale)) }
}

function laneOf({ level, ready, oldestAgeMs, targetAgeMs, served, share }: LevelStats, scale: number): Lane {
  const factor = oldestAgeMs === null || targetAgeMs === 0 ? null : oldestAgeMs / targetAgeMs
  const isStarved = factor !== null && factor > starvedFactor
  const isLate = factor !== null && factor > 1
  const hasShort = ready > 0 && served !== null && share !== null && served < share * shortBelow
  return {
    level,
    depth: ready,
    oldestAgeMs,
    targetAgeMs,
    isLate,
    isStarved,
    factor,
    water: scale === 0 ? 0 : ready / scale,
    served,
    share,
    gate: gateOf(ready, served, share),
    shortfall: hasShort ? share - served : 0,
    mark: isStarved ? { status: 'slow', word: 'Starved' } : isLate ? { status: 'slow', word: 'Late' } : null,
  }
}

/** An idle level's gate is open; strict order promises nothing, so what flows opens it. */
function gateOf(ready: number, served: number | null, share: number | null): number {
  if (ready === 0 || served === null) return 1
  if (share === null || share === 0) return served > 0 ? 1 : 0
  return Math.min(1, served / share)
}

/** The next of 1, 1.25, 1.5, 2, 2.5, 5 times a power of ten: an axis that does not move with each message. */
function roundUp(value: number): number {
  if (value <= 0) return 0
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 1.25, 1.5, 2, 2.5, 5, 10].find((candidate) => candidate * power >= value) ?? 10
  return Math.max(10, step * power)
}

/** Widths of the small strip in tables, on a square-root scale: a hint, the numbers carry the fact. */
export function glyphOf(levels: readonly LevelStats[]): { readonly width: number; readonly isStarved: boolean }[] {
  const { lanes } = lanesOf(levels)
  return lanes.map(({ water, isStarved }) => ({ width: Math.sqrt(water), isStarved }))
}
