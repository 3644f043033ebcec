import type { Status } from '@millrace/contract'

/** A status as it is drawn: shape, word and colour together, never one alone. */
export type StatusName = 'ok' | 'slow' | 'fail' | 'active' | 'scheduled' | 'paused' | 'unknown'

export interface StatusWord {
  readonly status: StatusName
  readonly word: string
}

const words: Readonly<Record<Status, StatusWord>> = {
  healthy: { status: 'ok', word: 'OK' },
  degraded: { status: 'slow', word: 'Slow' },
  failing: { status: 'fail', word: 'Failing' },
  unknown: { status: 'unknown', word: 'Unknown' },
}

/** How a status of the interface is shown. */
export const statusOf = (status: Status): StatusWord => words[status]

/** The status of a value against the two limits it has; ok where it has none or is not known. */
export function statusBy(value: number | null, limit: { readonly warn: number; readonly critical: number } | undefined): StatusName {
  if (value === null) return 'unknown'
  if (limit === undefined) return 'ok'
  if (value >= limit.critical) return 'fail'
  return value >= limit.warn ? 'slow' : 'ok'
}
