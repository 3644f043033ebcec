import type { ProcedureContext } from '@millrace/connection'
import { corruptRecord } from './corrupt-record.ts'
import type { QueueState } from './queue-state.ts'

/** Where a message is, with what is known of it there. */
export type Whereabouts = { readonly number: number; readonly level: number; readonly score: number } & (
  | { readonly at: 'ready' | 'suspect' }
  | { readonly at: 'scheduled'; readonly mark: string | null }
  | { readonly at: 'active'; readonly worker: string }
  | { readonly at: 'completed'; readonly finishedAtUs: number }
  | { readonly at: 'dead'; readonly diedAtMs: number; readonly reason: string; readonly terms: string }
)

/** Finds a message by its id. O(workers + log n). @throws STORE_CORRUPT when it has a record and no place */
export function locate({ database }: ProcedureContext, state: QueueState, id: string): Whereabouts | undefined {
  const row = database.prepare('SELECT number, level, score FROM queue_message WHERE queue = ? AND id = ?').get(state.number, id)
  if (!row) return undefined
  const message = { number: Number(row['number']), level: Number(row['level']), score: Number(row['score']) }
  const at = [state.number, message.level, message.score, id] as const

  for (const [worker, { claims }] of state.leases) if (claims.has(id)) return { ...message, at: 'active', worker }
  const ready = database.prepare('SELECT 1 FROM queue_ready WHERE queue = ? AND level = ? AND score = ? AND id = ?').get(...at)
  if (ready) return { ...message, at: 'ready' }
  const scheduled = database.prepare('SELECT mark FROM queue_scheduled WHERE queue = ? AND level = ? AND score = ? AND id = ?').get(...at)
  if (scheduled) return { ...message, at: 'scheduled', mark: scheduled['mark'] === null ? null : String(scheduled['mark']) }
  const completed = database.prepare('SELECT finished_at_us FROM queue_completed WHERE message = ?').get(message.number)
  if (completed) {
    return { ...message, at: 'completed', finishedAtUs: Number(completed['finished_at_us']) }
  }
  const dead = database.prepare('SELECT died_at_ms, reason, terms FROM queue_dead WHERE message = ?').get(message.number)
  if (dead) {
    return { ...message, at: 'dead', diedAtMs: Number(dead['died_at_ms']), reason: String(dead['reason']), terms: String(dead['terms']) }
  }
  const suspect = database
    .prepare('SELECT 1 FROM queue_suspect WHERE queue = ? AND score = ? AND id = ?')
    .get(state.number, message.score, id)
  if (suspect) return { ...message, at: 'suspect' }
  throw corruptRecord(`The place of message ${id} in queue ${state.name}`)
}
