import { MillraceError } from '@millrace/connection'

const iso8601 = /^(\d{4}-\d{2}-(\d{2}))(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

/**
 * When a message is due, ms since 1970. A date alone means its first moment in UTC; a time needs its zone.
 * @throws MillraceError SCHEDULE_INVALID
 */
export function scheduledAt(value: number | string): number {
  if (typeof value === 'number') return value
  const [, date, day] = iso8601.exec(value) ?? []
  // JavaScript reads 30 February as 2 March.
  const exists = date !== undefined && new Date(date).getUTCDate() === Number(day)
  const atMs = exists ? Date.parse(value) : Number.NaN
  if (!Number.isNaN(atMs)) return atMs
  throw new MillraceError(
    'SCHEDULE_INVALID',
    `scheduledFor is ${JSON.stringify(value)}; allowed are ms since 1970 or ISO 8601 with a time zone, such as 2026-11-25T08:30:00Z.`,
  )
}
