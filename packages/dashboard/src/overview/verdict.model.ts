import type { Reason, Status, Verdict } from '@millrace/contract'
import { formatDuration } from '@millrace/ui'

const words: Readonly<Record<Status, string>> = {
  healthy: 'All well',
  degraded: 'Degraded',
  failing: 'Failing',
  unknown: 'Nothing known yet',
}

/** The one sentence of the strip: a word, and for how long. */
export function verdictWords({ status, since }: Verdict, nowMs: number): { readonly word: string; readonly length: string | null } {
  return { word: words[status], length: since === null ? null : `for ${lengthOf(Math.max(0, nowMs - since))}` }
}

/** Whole minutes from one minute on: it began in some minute. */
function lengthOf(ms: number): string {
  return ms < 60_000 ? 'less than a minute' : formatDuration(Math.floor(ms / 60_000) * 60_000)
}

/** Where a reason is looked into, below the dashboard's own path. */
export function reasonPath({ kind, subject }: Pick<Reason, 'kind' | 'subject'>): string {
  if (kind === 'queue') return `/queues/${encodeURIComponent(subject)}`
  if (kind !== 'route') return kind === 'redis' ? '/redis' : '/system'
  const [method = '', ...endpoint] = subject.split(' ')
  return `/api?${new URLSearchParams({ method, endpoint: endpoint.join(' ') })}`
}

/** One mark of the last hour. */
export interface HistoryMark {
  readonly timestampMs: number
  readonly status: Status
}

/** The last 60 minutes, oldest first; a minute nobody looked is unknown. */
export function historyMarks(history: Verdict['history'], nowMs: number): HistoryMark[] {
  const last = Math.floor(nowMs / 60_000) * 60_000
  const known = new Map(history.map(({ timestamp, status }) => [Math.floor(timestamp / 60_000) * 60_000, status]))
  return Array.from({ length: 60 }, (_, index) => {
    const timestampMs = last - (59 - index) * 60_000
    return { timestampMs, status: known.get(timestampMs) ?? 'unknown' }
  })
}
