/** A number and its unit, apart, so that a figure can set them in two sizes. */
export interface Quantity {
  readonly value: string
  readonly unit: string
}

/** What stands where a figure cannot be had; the reason stands beside it. */
export const unknown = '—'

/** 14,562; one decimal below 1,000 where there is one. */
export function formatNumber(value: number): string {
  const digits = Math.abs(value) < 999.95 && !Number.isInteger(value) ? 1 : 0
  return fixed(value, digits)
}

/** With exactly as many decimals, for columns whose unit stands in the head. */
export function fixed(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** A rate a second: two decimals below 1, one below 1,000. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0'
  if (perSecond < 0.005) return '< 0.01'
  return fixed(perSecond, perSecond < 0.995 ? 2 : perSecond < 999.95 ? 1 : 0)
}

/** A length of time in the two units that matter: `842 ms`, `4.2 s`, `4 min 12 s`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  return durationParts(ms)
    .map(({ value, unit }) => `${value} ${unit}`)
    .join(' ')
}

export function durationParts(ms: number): Quantity[] {
  if (ms < 9.95 && !Number.isInteger(ms)) return [{ value: trimmed(ms), unit: 'ms' }]
  if (ms < 999.5) return [{ value: String(Math.round(ms)), unit: 'ms' }]
  if (ms < 59_950) return [{ value: (ms / 1_000).toFixed(1), unit: 's' }]
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 1_440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.round(minutes / 60)
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): Quantity[] {
  const first = { value: String(large), unit: largeUnit }
  return small === 0 ? [first] : [first, { value: String(small), unit: smallUnit }]
}

/** How long ago: whole units, since it moves each second. */
export function formatAge(ms: number): string {
  return ms < 1_000 ? 'now' : `${formatDuration(Math.floor(ms / 1_000) * 1_000).replace('.0 s', ' s')} ago`
}

/** 0…1 as `81 %`; one decimal below 10 %, two below 1 %. */
export function formatShare(share: number): string {
  return `${shareValue(share)} %`
}

/** The number of a share without its sign. */
export function shareValue(share: number): string {
  const percent = share * 100
  if (percent === 0) return '0'
  if (percent < 0.995) return percent < 0.005 ? '< 0.01' : percent.toFixed(2)
  return percent < 9.95 ? trimmed(percent) : String(Math.round(percent))
}

/** Binary units: `1.62 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1_024 ** step
  return `${step === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(value < 9.995 ? 2 : 1)} ${units[step]}`
}

/** The time of day, 24 h, in the reader's zone. */
export function formatClock(ms: number): string {
  const at = new Date(ms)
  return `${two(at.getHours())}:${two(at.getMinutes())}`
}

/** The time of day, with the date where it is not today. */
export function formatMoment(ms: number, nowMs: number): string {
  const at = new Date(ms)
  const isToday = at.toDateString() === new Date(nowMs).toDateString()
  return isToday ? formatClock(ms) : `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${formatClock(ms)}`
}

const two = (value: number) => String(value).padStart(2, '0')
const trimmed = (value: number) => value.toFixed(1).replace(/\.0$/, '')
