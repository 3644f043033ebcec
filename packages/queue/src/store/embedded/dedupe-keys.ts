import type { ProcedureContext } from '@millrace/connection'
import type { DedupeRule } from '../store.ts'
import type { QueueState } from './queue-state.ts'

/** Who holds which dedupe key. Nothing here costs a queue that has no message with one. */

export interface Holder {
  readonly id: string
  readonly message: number
}

/** The holder of a key; a window that is over has none. O(log n). */
export function holderOf(context: ProcedureContext, state: QueueState, key: string): Holder | undefined {
  const row = context.database.prepare('SELECT id, message, until_us FROM queue_key WHERE queue = ? AND key = ?').get(state.number, key)
  if (!row || (row['until_us'] !== null && Number(row['until_us']) <= context.nowUs())) return undefined
  return { id: String(row['id']), message: Number(row['message']) }
}

/** A new message holds its key from now on. O(log n). */
export function giveKey(context: ProcedureContext, state: QueueState, holder: Holder, rule: DedupeRule): void {
  const windowUs = Math.round(rule.windowMs * 1_000)
  const until = rule.until[0] as string
  context.database
    .prepare('INSERT INTO queue_keyed (message, key, until, window_us) VALUES (?, ?, ?, ?)')
    .run(holder.message, rule.key, until, windowUs)
  state.figures.counts.keyed += 1
  hold(context, state, holder, { key: rule.key, until, windowUs })
}

/** A message holds its key again, if it has one; false when another message holds it. O(log n). */
export function takeKeyAgain(context: ProcedureContext, state: QueueState, holder: Holder): boolean {
  if (state.figures.counts.keyed === 0) return true
  const row = context.database.prepare('SELECT key, until, window_us FROM queue_keyed WHERE message = ?').get(holder.message)
  if (!row) return true
  const key = String(row['key'])
  const other = holderOf(context, state, key)
  if (other && other.message !== holder.message) return false
  hold(context, state, holder, { key, until: String(row['until']), windowUs: Number(row['window_us']) })
  return true
}

function hold(
  context: ProcedureContext,
  state: QueueState,
  { id, message }: Holder,
  { key, until, windowUs }: { readonly key: string; readonly until: string; readonly windowUs: number },
): void {
  context.database
    .prepare('INSERT OR REPLACE INTO queue_key (queue, key, id, message, until_us) VALUES (?, ?, ?, ?, ?)')
    .run(state.number, key, id, message, until === 'w' ? context.nowUs() + windowUs : null)
}

/** Frees the keys that these messages hold, of all lifetimes or of those that `until` names. O(m log n). */
export function freeKeys({ database }: ProcedureContext, state: QueueState, messages: readonly number[], until = 'sfw'): void {
  if (messages.length === 0 || state.figures.counts.keyed === 0) return
  database
    .prepare(
      `DELETE FROM queue_key WHERE queue = ?1 AND (key, message) IN
       (SELECT key, message FROM queue_keyed WHERE message IN (SELECT value FROM json_each(?2)) AND instr(?3, until) > 0)`,
    )
    .run(state.number, JSON.stringify(messages), until)
}

/** Messages that are done or gone have no key to take again. O(m log n). */
export function forgetKeys({ database }: ProcedureContext, state: QueueState, messages: readonly number[]): void {
  if (messages.length === 0 || state.figures.counts.keyed === 0) return
  const { changes } = database
    .prepare('DELETE FROM queue_keyed WHERE message IN (SELECT value FROM json_each(?))')
    .run(JSON.stringify(messages))
  state.figures.counts.keyed -= changes
}

/** Forgets windows that are over, at most `limit`. O(m log n). */
export function forgetWindows(context: ProcedureContext, state: QueueState, limit: number): void {
  context.database
    .prepare(
      `DELETE FROM queue_key WHERE queue = ?1 AND key IN
       (SELECT key FROM queue_key WHERE queue = ?1 AND until_us <= ?2 ORDER BY until_us LIMIT ?3)`,
    )
    .run(state.number, context.nowUs(), limit)
}
