import type { Reason, Status, Verdict } from '@millrace/contract'
import { formatDuration, formatMoment } from '@millrace/ui'
import type { Lapse, LapseKind } from '../summary/freshness.model.ts'

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

const lapses: Readonly<Record<LapseKind, { readonly word: string; readonly why: string }>> = {
  unreachable: { word: 'Not reachable', why: 'The server does not answer.' },
  store: { word: 'Unknown', why: 'The store does not answer the server.' },
  refused: { word: 'Unknown', why: 'The server did not give its figures.' },
  old: { word: 'Unknown', why: 'Nothing was read since.' },
}

/** The sentence while nobody can say how things are: since when, why, and what was known last. */
export function lapseWords({ kind, sinceMs, readAtMs }: Lapse, last: Verdict | undefined, nowMs: number) {
  const was = last === undefined ? 'Nothing was read before.' : `was: ${words[last.status]} at ${formatMoment(readAtMs, nowMs)}`
  return { ...lapses[kind], length: `since ${formatMoment(sinceMs, nowMs)}`, was }
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
