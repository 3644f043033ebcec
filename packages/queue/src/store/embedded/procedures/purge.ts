import type { ProcedureContext } from '@millrace/connection'
import { levels } from '../../../message.ts'
import type { PurgeState, SliceAnswer } from '../../store.ts'
import { removeMessages, takeReady, takeSuspect, unschedule } from '../places.ts'
import { queueState, sum, touch } from '../queue-state.ts'
import type { QueueState } from '../queue-state.ts'
import { forgetCompleted, forgetDead } from '../retention.ts'
export { prepare } from '../schema.ts'

/** Removes messages for good, in order. O(m log n). */
export function run(
  context: ProcedureContext,
  { queue, state: of, limit }: { readonly queue: string; readonly state: PurgeState; readonly limit: number },
): SliceAnswer {
  const state = queueState(context, queue)
  const { counts } = state.figures
  const all = of === 'waiting' ? sum(counts.ready) + sum(counts.scheduled) + sum(counts.suspects) : counts[of]
  if (all === 0) return { changed: 0, more: false }
  touch(context, state)
  const changed =
    of === 'waiting'
      ? purgeWaiting(context, state, limit)
      : of === 'dead'
        ? forgetDead(context, state, limit)
        : forgetCompleted(context, state, limit)
  return { changed, more: all > changed }
}

/** Ready ones first, then scheduled ones, each urgent to low; suspects last. */
function purgeWaiting(context: ProcedureContext, state: QueueState, limit: number): number {
  const { database } = context
  const removed: number[] = []
  const left = () => limit - removed.length
  const firstReady = database.prepare('SELECT score, id, message FROM queue_ready WHERE queue = ? AND level = ? ORDER BY score, id LIMIT ?')
  for (const level of levels.keys()) {
    const rows = left() > 0 ? firstReady.all(state.number, level, left()) : []
    const last = rows.at(-1)
    if (last) takeReady(context, state, level, rows.length, { score: Number(last['score']), id: String(last['id']) })
    removed.push(...rows.map((row) => Number(row['message'])))
  }
  const firstScheduled = database.prepare(
    'SELECT score, id, message FROM queue_scheduled WHERE queue = ? AND level = ? ORDER BY score, id LIMIT ?',
  )
  for (const level of levels.keys()) {
    for (const row of left() > 0 ? firstScheduled.all(state.number, level, left()) : []) {
      unschedule(context, state, level, { score: Number(row['score']), id: String(row['id']) })
      removed.push(Number(row['message']))
    }
  }
  const suspects = database.prepare('SELECT score, id, level, message FROM queue_suspect WHERE queue = ? ORDER BY score, id LIMIT ?')
  for (const row of left() > 0 ? suspects.all(state.number, left()) : []) {
    takeSuspect(context, state, Number(row['level']), { score: Number(row['score']), id: String(row['id']) })
    removed.push(Number(row['message']))
  }
  removeMessages(context, state, removed)
  return removed.length
}
