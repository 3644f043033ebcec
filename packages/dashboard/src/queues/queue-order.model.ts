import type { QueueRow } from './queue-row.model.ts'

const values: Readonly<Record<string, (row: QueueRow) => number>> = {
  waiting: ({ waiting }) => waiting,
  oldest: ({ oldestAgeMs }) => oldestAgeMs ?? -1,
  in: ({ inPerSecond }) => inPerSecond,
  out: ({ outPerSecond }) => outPerSecond,
  failures: ({ failures }) => failures ?? -1,
}

/** Names run upwards, figures and trouble downwards. */
export const isAscending = (by: string) => by === 'name'

/** The rows by a column; what no column is called leaves them as they come, most trouble first. */
export function orderBy(rows: readonly QueueRow[], by: string): readonly QueueRow[] {
  if (by === 'name') return rows.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const value = values[by]
  return value === undefined ? rows : rows.toSorted((a, b) => value(b) - value(a))
}
