import { MillraceError } from './errors.ts'

/** Refuses what the store could only misread. @throws MillraceError OPTION_INVALID naming the argument */
export function checkInteger(name: string, value: number | undefined, least = -Number.MAX_SAFE_INTEGER): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return
  const allowed = least < 0 ? 'an integer' : `an integer of at least ${least}`
  throw new MillraceError('OPTION_INVALID', `${name}: ${String(value).slice(0, 40)} is not ${allowed}.`)
}

/** Scores may be infinite, as in Redis. */
export function checkScore(name: string, value: number): void {
  if (typeof value === 'number' && !Number.isNaN(value)) return
  throw new MillraceError('OPTION_INVALID', `${name}: ${String(value).slice(0, 40)} is not a number.`)
}
