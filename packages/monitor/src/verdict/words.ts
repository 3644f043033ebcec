const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** A time as a person says it, in at most two units: `842 ms`, `4.2 s`, `4 min 12 s`, `3 h 5 min`, `3 d 4 h`. */
export function timeWords(ms: number): string {
  if (ms < 9.95) return `${trimmed(ms)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${trimmed(ms / secondMs)} s`
  if (ms < hourMs - 500) return pair(Math.round(ms / secondMs), 60, 'min', 's')
  if (ms < dayMs - minuteMs / 2) return pair(Math.round(ms / minuteMs), 60, 'h', 'min')
  return pair(Math.round(ms / hourMs), 24, 'd', 'h')
}

/** `14,562`. */
export function countWords(count: number): string {
  return String(Math.round(count)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** `81 %`, one digit below 10. */
export function percentWords(percent: number): string {
  return `${percent < 9.95 ? trimmed(percent) : Math.round(percent)} %`
}

function pair(smaller: number, factor: number, big: string, small: string): string {
  const rest = smaller % factor
  return `${Math.floor(smaller / factor)} ${big}${rest === 0 ? '' : ` ${rest} ${small}`}`
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}
