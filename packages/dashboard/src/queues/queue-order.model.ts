import type { Sorting } from '../sorting.model.ts'
import type { QueueRow } from './queue-row.model.ts'

/** The columns that queues can be ordered by; null where a queue has no such figure. */
const values = {
  waiting: ({ waiting }) => waiting,
  oldest: ({ oldestAgeMs }) => oldestAgeMs,
  in: ({ inPerSecond }) => inPerSecond,
  out: ({ outPerSecond }) => outPerSecond,
  failures: ({ failures }) => failures,
} as const satisfies Readonly<Record<string, (row: QueueRow) => number | null>>

export type QueueOrder = 'state' | 'name' | keyof typeof values

/** Most trouble first. */
export const byTrouble: Sorting<QueueOrder> = { by: 'state', isDescending: true }

export const queueOrders: readonly QueueOrder[] = ['state', 'name', ...(Object.keys(values) as (keyof typeof values)[])]

/** The rows, which come with most trouble first, in the order asked for; what has no figure comes last. */
export function orderBy(rows: readonly QueueRow[], { by, isDescending }: Sorting<QueueOrder>): readonly QueueRow[] {
  if (by === 'state') return isDescending ? rows : rows.toReversed()
  const sign = isDescending ? -1 : 1
  if (by === 'name') return rows.toSorted((a, b) => (a.name < b.name ? -sign : sign))
  return rows.toSorted((a, b) => {
    const [first, second] = [values[by](a), values[by](b)]
    return first === null || second === null ? Number(first === null) - Number(second === null) : sign * (first - second)
  })
}
