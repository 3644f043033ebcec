import { MillraceError } from '@millrace/connection'

/** Whole or fractional numbers from `min` to `max`. */
export interface Range {
  readonly min: number
  readonly max: number
  /** Whole numbers only. */
  readonly whole?: boolean
}

/** @throws OPTION_INVALID naming the first field of `given` that is not in `allowed`, with the one that was probably meant */
export function refuseUnknown(where: string, given: object, allowed: ReadonlySet<string>): void {
  for (const field in given) {
    if (allowed.has(field)) continue
    const meant = nearest(field, allowed)
    const hint = meant === undefined ? `allowed are ${[...allowed].join(', ')}` : `did you mean \`${meant}\`?`
    throw new MillraceError('OPTION_INVALID', `${where}: there is no option \`${field}\`; ${hint}`)
  }
}

/** @throws `code` naming the field, what came and what is allowed */
export function requireNumber(where: string, field: string, value: unknown, range: Range, code = 'OPTION_INVALID'): number {
  const fits = typeof value === 'number' && value >= range.min && value <= range.max && (range.whole !== true || Number.isInteger(value))
  if (fits) return value
  const kind = range.whole === true ? 'a whole number' : 'a number'
  const bounds = `${range.min.toLocaleString('en-US')} to ${range.max.toLocaleString('en-US')}`
  throw new MillraceError(code, `${where}: \`${field}\` must be ${kind} from ${bounds}, got ${shown(value)}`)
}

/** @throws OPTION_INVALID unless `value` is a text of `min` to `max` printable characters */
export function requireText(where: string, field: string, value: unknown, max: number): string {
  if (typeof value === 'string' && value.length >= 1 && value.length <= max && printable.test(value)) return value
  throw new MillraceError('OPTION_INVALID', `${where}: \`${field}\` must be 1 to ${max} printable characters, got ${shown(value)}`)
}

/** @throws OPTION_INVALID unless `value` is an object */
export function requireObject(where: string, value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new MillraceError('OPTION_INVALID', `${where}: expected an object, got ${shown(value)}`)
}

/** A value as an error message shows it: one line, at most 80 characters. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > 80 ? `${JSON.stringify(value.slice(0, 77))}…` : JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString()
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'function') return 'a function'
  return String(value)
}

/** The word of `known` that `word` begins, or that differs least from it, if by at most a third of its letters; undefined when none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.ceil(word.length / 3)) + 1
  for (const candidate of known) {
    const beginning = word.length >= 3 && candidate.toLowerCase().startsWith(word.toLowerCase())
    const distance = beginning ? 1 : editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

const printable = /^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u

/** Source: the dynamic programme of Wagner and Fischer, 1974, in one row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= Math.min(a.length, 64); i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
