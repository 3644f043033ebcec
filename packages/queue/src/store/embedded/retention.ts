import type { ProcedureContext } from '@millrace/connection'
import { maxMessagesPerCall } from '../store.ts'
import { parseStored } from './corrupt-record.ts'
import { freeKeys } from './dedupe-keys.ts'
import { removeMessages } from './places.ts'
import type { QueueState } from './queue-state.ts'

/** Removes the oldest completed messages, at most `limit`; of those that ended at `beforeUs` or later none. Answers how many. O(m log n). */
export function forgetCompleted(context: ProcedureContext, state: QueueState, limit: number, beforeUs = Infinity): number {
  if (limit <= 0) return 0
  const { database } = context
  // As one text: reading a row costs more than parsing what is in it.
  const found = database
    .prepare(
      `SELECT json_group_array(json_array(number, message, finished_at_us)) AS rows
       FROM (SELECT number, message, finished_at_us FROM queue_completed WHERE queue = ? ORDER BY number LIMIT ?)`,
    )
    .get(state.number, Math.min(limit, 2 * maxMessagesPerCall))
  const oldest = parseStored<[number: number, message: number, finishedAtUs: number][]>(
    found?.['rows'],
    `The completed messages of ${state.name}`,
  )
  const end = oldest.findIndex(([, , finishedAtUs]) => finishedAtUs >= beforeUs)
  const leaving = end === -1 ? oldest : oldest.slice(0, end)
  const last = leaving.at(-1)
  if (!last) return 0
  database.prepare('DELETE FROM queue_completed WHERE queue = ? AND number <= ?').run(state.number, last[0])
  state.figures.counts.completed -= leaving.length
  removeMessages(
    context,
    state,
    leaving.map(([, message]) => message),
  )
  return leaving.length
}

/** The same of dead messages: those that died before `beforeMs`. O((m + terms) log n). */
export function forgetDead(context: ProcedureContext, state: QueueState, limit: number, beforeMs = Infinity): number {
  if (limit <= 0) return 0
  const oldest = context.database
    .prepare('SELECT died_at_ms, id, message, terms FROM queue_dead WHERE queue = ? ORDER BY died_at_ms, id LIMIT ?')
    .all(state.number, Math.min(limit, 2 * maxMessagesPerCall))
  const leaving = oldest.filter((row) => Number(row['died_at_ms']) < beforeMs)
  for (const row of leaving) bury(context, state, { id: String(row['id']), diedAtMs: Number(row['died_at_ms']), terms: row['terms'] })
  removeMessages(
    context,
    state,
    leaving.map((row) => Number(row['message'])),
  )
  return leaving.length
}

/** Takes a message from the dead, whatever becomes of it. */
export function bury(
  context: ProcedureContext,
  state: QueueState,
  dead: { readonly id: string; readonly diedAtMs: number; readonly terms: unknown },
): void {
  const { database } = context
  const { id, diedAtMs } = dead
  database.prepare('DELETE FROM queue_dead WHERE queue = ? AND died_at_ms = ? AND id = ?').run(state.number, diedAtMs, id)
  for (const term of parseStored<string[]>(dead.terms, `The index terms of message ${id} in queue ${state.name}`)) {
    database
      .prepare('DELETE FROM queue_term WHERE queue = ? AND term = ? AND died_at_ms = ? AND id = ?')
      .run(state.number, storedTerm(term), diedAtMs, id)
  }
  state.figures.counts.dead -= 1
}

/** Puts a message that stands at no place among the dead, with its index terms; its dedupe key is free. */
export function die(
  context: ProcedureContext,
  state: QueueState,
  dead: {
    readonly id: string
    readonly message: number
    readonly level: number
    readonly diedAtMs: number
    readonly reason: string
    readonly terms: readonly string[]
  },
): void {
  const { database } = context
  const { id, message, level, diedAtMs, reason } = dead
  freeKeys(context, state, [message])
  const terms = [...new Set(dead.terms)]
  database
    .prepare('INSERT INTO queue_dead (queue, died_at_ms, id, message, level, reason, terms) VALUES (?, ?, ?, ?, ?, ?, ?)')
    .run(state.number, diedAtMs, id, message, level, JSON.stringify(reason), JSON.stringify(terms))
  for (const term of terms) {
    database
      .prepare('INSERT INTO queue_term (queue, term, died_at_ms, id, level) VALUES (?, ?, ?, ?, ?)')
      .run(state.number, storedTerm(term), diedAtMs, id, level)
  }
  state.figures.counts.dead += 1
}

/** A term as it stands in a key: JSON text, which holds no NUL. */
export function storedTerm(term: string): string {
  return JSON.stringify(term)
}
