import type { Pointed } from './plot.ts'

/** How far a page of keys goes: ten minutes of an hour. */
const page = 10

/**
 * Where a key moves the crosshair: left, right and pages along the points, up and down along `levels`, lowest first. The first key finds
 * the newest point. Null for a key that moves nothing.
 */
export function nextPoint(key: string, pointed: Pointed | null, points: number, levels: readonly number[]): Pointed | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    PageDown: -page,
    PageUp: page,
    Home: -points,
    End: points,
  }
  const heights: Readonly<Record<string, number>> = levels.length === 0 ? {} : { ArrowUp: 1, ArrowDown: -1 }
  const [step, height] = [steps[key], heights[key]]
  if (points === 0 || (step === undefined && height === undefined)) return null
  const isFirst = pointed === null && key !== 'Home'
  const index = isFirst ? points - 1 : clamp((pointed?.index ?? 0) + (step ?? 0), points)
  const value = pointed?.value ?? null
  if (height === undefined) return { index, value }
  const level = value === null ? (height > 0 ? 0 : levels.length - 1) : clamp(nearest(levels, value) + height, levels.length)
  return { index, value: levels[level] ?? null }
}

const clamp = (index: number, length: number) => Math.min(length - 1, Math.max(0, index))

/** The level a value belongs to, by factors: levels are apart by factors too. */
function nearest(levels: readonly number[], value: number): number {
  const distance = (level: number) => Math.abs(Math.log(level / value))
  return levels.reduce((best, level, index) => (distance(level) < distance(levels[best] ?? level) ? index : best), 0)
}
