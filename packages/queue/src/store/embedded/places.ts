import type { ProcedureContext } from '@millrace/connection'
import { corruptRecord } from './corrupt-record.ts'
import { forgetKeys, freeKeys } from './dedupe-keys.ts'
import type { QueueState } from './queue-state.ts'

/**
 * Moving messages between the tables of places, many at once. Counts are kept here, so that nothing else has to add them up; the caller
 * has the queue's figures written (`touch`).
 */

/** A place in an ordered table. */
export interface Rank {
  readonly score: number
  readonly id: string
}

const intoReady = `INSERT INTO queue_ready (queue, level, score, id, message)
  SELECT queue, level, score, id, number FROM queue_message WHERE number IN (SELECT value FROM json_each(?))`
const intoSuspects = `INSERT INTO queue_suspect (queue, score, id, level, message)
  SELECT queue, score, id, level, number FROM queue_message WHERE number IN (SELECT value FROM json_each(?))`

/** Puts messages where their score says: among the ready ones of their level, or the suspects. O(m log n). */
export function placeWaiting(
  context: ProcedureContext,
  state: QueueState,
  where: 'ready' | 'suspects',
  messages: readonly { readonly id: string; readonly message: number; readonly level: number }[],
): void {
  if (messages.length === 0) return
  const numbers = JSON.stringify(messages.map(({ message }) => message))
  const { changes } = context.database.prepare(where === 'ready' ? intoReady : intoSuspects).run(numbers)
  if (changes !== messages.length) throw missingOne(context, state, messages)
  for (const { level } of messages) add(state.figures.counts[where], level, 1)
}

/** Schedules one message of `level` for `scoreUs`, which is written into its row as well. O(log n). */
export function schedule(
  context: ProcedureContext,
  state: QueueState,
  place: { readonly id: string; readonly message: number; readonly level: number; readonly scoreUs: number; readonly mark: string | null },
): void {
  const { id, message, level, scoreUs, mark } = place
  context.database
    .prepare('INSERT INTO queue_scheduled (queue, level, score, id, message, mark) VALUES (?, ?, ?, ?, ?, ?)')
    .run(state.number, level, scoreUs, id, message, mark)
  noteScheduled(state, level, 1, scoreUs)
}

/** Counts what was scheduled for `scoreUs`. */
export function noteScheduled(state: QueueState, level: number, count: number, scoreUs: number): void {
  add(state.figures.counts.scheduled, level, count)
  if (state.overdue && scoreUs <= state.overdue.untilUs) add(state.overdue.counts, level, count)
  if (state.nextDueUs === null || (state.nextDueUs !== undefined && scoreUs < state.nextDueUs)) state.nextDueUs = scoreUs
}

/** Takes one message from the scheduled ones. */
export function unschedule(context: ProcedureContext, state: QueueState, level: number, { score, id }: Rank): void {
  context.database
    .prepare('DELETE FROM queue_scheduled WHERE queue = ? AND level = ? AND score = ? AND id = ?')
    .run(state.number, level, score, id)
  add(state.figures.counts.scheduled, level, -1)
  state.nextDueUs = undefined
  if (state.overdue && score <= state.overdue.untilUs) add(state.overdue.counts, level, -1)
}

/** scheduled → ready for at most `limit` of a level that are due at `nowUs`; they keep their score. Answers how many. O(m log n). */
export function promoteDue(context: ProcedureContext, state: QueueState, level: number, limit: number, nowUs: number): number {
  const { database } = context
  const last = database
    .prepare(
      'SELECT score, id, n FROM (SELECT score, id, row_number() OVER (ORDER BY score, id) AS n FROM queue_scheduled WHERE queue = ? AND level = ? AND score <= ? ORDER BY score, id LIMIT ?) ORDER BY n DESC LIMIT 1',
    )
    .get(state.number, level, nowUs, limit)
  if (!last) return 0
  const bound = [state.number, level, Number(last['score']), String(last['id'])] as const
  const { changes } = database
    .prepare(
      `INSERT INTO queue_ready (queue, level, score, id, message)
       SELECT queue, level, score, id, message FROM queue_scheduled WHERE queue = ? AND level = ? AND (score, id) <= (?, ?)`,
    )
    .run(...bound)
  database.prepare('DELETE FROM queue_scheduled WHERE queue = ? AND level = ? AND (score, id) <= (?, ?)').run(...bound)
  add(state.figures.counts.scheduled, level, -changes)
  state.nextDueUs = undefined
  const { overdue } = state
  // The earliest went: either all of them were counted as overdue, or all that were counted went.
  if (overdue) overdue.counts[level] = bound[2] <= overdue.untilUs ? (overdue.counts[level] ?? 0) - changes : 0
  add(state.figures.counts.ready, level, changes)
  return changes
}

/** Takes the first ready messages of a level, up to and with `last`, of which there are `count`. */
export function takeReady(context: ProcedureContext, state: QueueState, level: number, count: number, last: Rank): void {
  const { changes } = context.database
    .prepare('DELETE FROM queue_ready WHERE queue = ? AND level = ? AND (score, id) <= (?, ?)')
    .run(state.number, level, last.score, last.id)
  if (changes !== count) throw corruptRecord(`The order of queue ${state.name}`)
  add(state.figures.counts.ready, level, -count)
}

/** Takes one message that is ready. */
export function takeReadyOne(context: ProcedureContext, state: QueueState, level: number, { score, id }: Rank): void {
  context.database
    .prepare('DELETE FROM queue_ready WHERE queue = ? AND level = ? AND score = ? AND id = ?')
    .run(state.number, level, score, id)
  add(state.figures.counts.ready, level, -1)
}

/** Takes one message from the suspects. */
export function takeSuspect(context: ProcedureContext, state: QueueState, level: number, { score, id }: Rank): void {
  context.database.prepare('DELETE FROM queue_suspect WHERE queue = ? AND score = ? AND id = ?').run(state.number, score, id)
  add(state.figures.counts.suspects, level, -1)
}

/** Ends claims of `worker`, whose lease is gone or no longer remembers them. */
export function dropClaims(context: ProcedureContext, state: QueueState, worker: string, ids: readonly string[]): void {
  if (ids.length === 0) return
  context.database
    .prepare('DELETE FROM queue_claim WHERE queue = ? AND worker = ? AND id IN (SELECT value FROM json_each(?))')
    .run(state.number, worker, JSON.stringify(ids))
}

/** Removes messages that stand at no place any more, with all that was kept of them; counted as removed. O(m log n). */
export function removeMessages(context: ProcedureContext, state: QueueState, messages: readonly number[]): void {
  if (messages.length === 0) return
  const { database } = context
  freeKeys(context, state, messages)
  forgetKeys(context, state, messages)
  const list = JSON.stringify(messages)
  database.prepare('DELETE FROM queue_message WHERE number IN (SELECT value FROM json_each(?))').run(list)
  database.prepare('DELETE FROM queue_detail WHERE message IN (SELECT value FROM json_each(?))').run(list)
  state.figures.totals.removed += messages.length
}

export function add(byLevel: number[], level: number, count: number): void {
  byLevel[level] = (byLevel[level] ?? 0) + count
}

function missingOne(
  context: ProcedureContext,
  state: QueueState,
  messages: readonly { readonly id: string; readonly message: number }[],
): Error {
  const find = context.database.prepare('SELECT 1 FROM queue_message WHERE number = ?')
  const missing = messages.find(({ message }) => !find.get(message))
  return corruptRecord(`The record of message ${missing?.id ?? '?'} in queue ${state.name}`)
}
