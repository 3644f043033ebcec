import type { MetricUnit } from '@millrace/contract'

/** The vertical axis of a chart: from where to where, and the 3 to 5 labels with a line of the grid each. */
export interface Scale {
  readonly kind: 'linear' | 'log'
  readonly bottom: number
  readonly top: number
  readonly ticks: readonly Tick[]
}

export interface Tick {
  readonly value: number
  readonly label: string
}

/** Most intervals between labels: with the 0 they are five labels. */
const mostIntervals = 4
/** What a scale shows at least, so that a quiet line does not look like a storm; in the unit. */
const leastTop: Readonly<Partial<Record<MetricUnit, number>>> = { percent: 10, ratio: 0.1, count: 4 }
const leastOfAll = 0.01
/** What a scale shows at most, where the unit ends. */
const mostTop: Readonly<Partial<Record<MetricUnit, number>>> = { percent: 100, ratio: 1 }

/** From 0 to the next round value at or above `max`. */
export function linearScale(max: number, unit: MetricUnit): Scale {
  const largest = Math.max(max, leastTop[unit] ?? leastOfAll)
  const base = byteBase(largest, unit)
  const step = roundStep(largest / base) * base
  const intervals = Math.max(1, Math.ceil(largest / step - 1e-9))
  const top = Math.min(intervals * step, mostTop[unit] ?? Number.POSITIVE_INFINITY)
  const ticks = Array.from({ length: intervals + 1 }, (_, index) => index * step)
    .filter((value) => value <= top * (1 + 1e-9))
    .map((value) => ({ value, label: linearLabel(value, step, base, unit) }))
  return { kind: 'linear', bottom: 0, top, ticks }
}

/** The smallest of 1, 2 and 5 times a power of ten that needs at most four intervals. */
function roundStep(max: number): number {
  const power = 10 ** Math.floor(Math.log10(max / mostIntervals))
  const factor = [1, 2, 5].find((candidate) => candidate * power * mostIntervals >= max * (1 - 1e-9)) ?? 10
  return factor * power
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
const isBytes = (unit: MetricUnit) => unit === 'bytes' || unit === 'bytesPerSecond'

function byteBase(max: number, unit: MetricUnit): number {
  if (!isBytes(unit) || max < 1) return 1
  return 1_024 ** Math.min(byteUnits.length - 1, Math.floor(Math.log2(max) / 10))
}

function linearLabel(value: number, step: number, base: number, unit: MetricUnit): string {
  if (value === 0) return '0'
  if (unit === 'percent') return `${decimal(value, step)} %`
  if (unit === 'ratio') return `${decimal(value * 100, step * 100)} %`
  if (unit === 'ms') return durationLabel(value)
  if (!isBytes(unit)) return decimal(value, step)
  const name = byteUnits[Math.round(Math.log2(base) / 10)] ?? 'B'
  return `${decimal(value / base, step / base)} ${name}${unit === 'bytesPerSecond' ? '/s' : ''}`
}

/** Comma at thousands, and as many decimals as the step has. */
function decimal(value: number, step: number): string {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Powers of ten are read best in one unit: `10 ms`, `100 s`. */
function durationLabel(ms: number): string {
  const [value, unit] = ms < 1_000 ? [ms, 'ms'] : [ms / 1_000, 's']
  return `${value.toLocaleString('en-US', { maximumFractionDigits: 3 })} ${unit}`
}

/** No latency is shown below this, ms. */
const lowestMs = 0.01

/**
 * Powers of ten around the values, ms: from 1 ms, or lower where there is something, as most answers over loopback are; up to 1, 2 or 5
 * times a power of ten, and at least one power high.
 */
export function logScale(min: number, max: number): Scale {
  const low = Math.max(lowestMs, Math.min(1, min > 0 ? min : 1))
  const first = Math.floor(Math.log10(low) + 1e-9)
  const top = Math.max(10 ** (first + 1), roundUp(max))
  const last = Math.floor(Math.log10(top) + 1e-9)
  const every = Math.ceil((last - first) / mostIntervals)
  const exponents = Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => first + index * every)
  const ticks = exponents.map((exponent) => ({ value: 10 ** exponent, label: durationLabel(10 ** exponent) }))
  return { kind: 'log', bottom: 10 ** first, top, ticks }
}

function roundUp(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(ms, lowestMs)) + 1e-9)
  return power * ([1, 2, 5].find((factor) => factor * power >= ms * (1 - 1e-9)) ?? 10)
}
