import { requireConnection } from '@millrace/connection'
import type { Connection } from '@millrace/connection'
import { requireQueueName } from './queue-name.ts'
import { queueNames } from './registry.ts'
import { ScheduleBook, scheduledQueues } from './schedule/schedule-book.ts'
import type { Finding } from './store/audit.ts'
import { openAuditor, openStore } from './store/open-store.ts'
import type { StoreStats } from './store/store.ts'

/** What was found of one queue. */
export interface QueueAudit {
  readonly queue: string
  readonly counts: StoreStats['counts'] | null
  readonly totals: StoreStats['totals'] | null
  /** `enqueued - (ready + scheduled + active + completed + dead + removed)`, after mending: 0, or messages that nobody can account for. */
  readonly missing: number | null
  readonly findings: readonly Finding[]
  /** Calls of at most 250 entries it took. */
  readonly slices: number
}

/** Enough for any queue; a finding is never worth more memory than this. */
const maxFindings = 1000

/**
 * Looks through all that is kept of a queue for what does not fit together, while producers and workers go on: in slices, each atomic and
 * of at most 250 entries. With `repair` each slice mends what it finds; nothing that a handler could still get is deleted.
 *
 * @cost O(all that is kept): about 4 calls a thousand messages. On Redis two of them look at up to 20,000 completed ids (beyond that,
 * messages without a place are not looked for), and claims are found by a SCAN of the server's keys, 1,000 a call. The embedded file is
 * read whole once, while all other calls wait.
 */
export async function auditQueue(connection: Connection, queue: string, options: { readonly repair?: boolean } = {}): Promise<QueueAudit> {
  const auditor = openAuditor(requireConnection('auditQueue', connection), requireQueueName(queue))
  const findings: Finding[] = []
  let slices = 0
  let cursor: string | null = null
  do {
    const slice = await auditor.slice(cursor, options.repair === true)
    slices += 1
    findings.push(...slice.findings.slice(0, maxFindings - findings.length))
    cursor = slice.next
  } while (cursor !== null)
  const stats = await openStore(connection, queue)
    .inspect.stats()
    .catch(() => null)
  if (!stats) return { queue, counts: null, totals: null, missing: null, findings, slices }
  const { counts, totals } = stats
  const { ready, scheduled, active, completed, dead } = counts
  const missing = totals.enqueued - (ready + scheduled + active + completed + dead + totals.removed)
  return { queue, counts, totals, missing, findings, slices }
}

/**
 * Queues that have schedules and are not known otherwise: nothing was ever enqueued and no worker ever began. With `repair` their
 * schedules are removed.
 *
 * @returns each with the names of its schedules
 */
export async function auditSchedules(
  connection: Connection,
  options: { readonly repair?: boolean } = {},
): Promise<{ readonly queue: string; readonly schedules: readonly string[] }[]> {
  const known = new Set(await queueNames(connection))
  const lost: { queue: string; schedules: string[] }[] = []
  for (const queue of await scheduledQueues(connection)) {
    if (known.has(queue)) continue
    const book = new ScheduleBook(connection, openStore(connection, queue), queue)
    const schedules = await book.names()
    lost.push({ queue, schedules })
    if (options.repair === true) for (const name of schedules) await book.remove(name)
  }
  return lost
}
