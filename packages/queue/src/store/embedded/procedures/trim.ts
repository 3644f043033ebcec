import type { ProcedureContext } from '@millrace/connection'
import { maxMessagesPerCall } from '../../store.ts'
import type { Retention, SliceAnswer } from '../../store.ts'
import { queueState, touch } from '../queue-state.ts'
import type { QueueState } from '../queue-state.ts'
import { forgetWindows } from '../dedupe-keys.ts'
import { forgetCompleted, forgetDead } from '../retention.ts'
export { prepare } from '../schema.ts'

const dayUs = 86_400_000_000
const maxExplicitIds = 1_000_000
const hourUs = 3_600_000_000

/** Removes what retention no longer keeps: completed, then dead, then explicit ids; 250 in all. O(m log n). */
export function run(
  context: ProcedureContext,
  { queue, retention }: { readonly queue: string; readonly retention: Retention },
): SliceAnswer {
  const state = queueState(context, queue)
  if (state.number === 0) return { changed: 0, more: false }
  const nowUs = context.nowUs()
  const { counts } = state.figures
  let left = maxMessagesPerCall
  left -= forgetCompleted(context, state, Math.min(left, counts.completed - retention.completedCount))
  left -= forgetCompleted(context, state, left, nowUs - retention.completedAgeMs * 1_000)
  left -= forgetDead(context, state, Math.min(left, counts.dead - retention.deadCount))
  left -= forgetDead(context, state, left, nowUs / 1_000 - retention.deadAgeMs)
  left -= forgetIds(context, state, Math.min(left, counts.explicit - maxExplicitIds), Infinity)
  left -= forgetIds(context, state, left, nowUs - dayUs)
  const changed = maxMessagesPerCall - left
  if (changed > 0) touch(context, state)
  forgetWindows(context, state, maxMessagesPerCall)

  context.database
    .prepare(
      `DELETE FROM queue_producer WHERE queue = ?1 AND producer IN
       (SELECT producer FROM queue_producer WHERE queue = ?1 AND seen_at_us < ?2 ORDER BY seen_at_us LIMIT ?3)`,
    )
    .run(state.number, nowUs - hourUs, maxMessagesPerCall)
  return { changed, more: left === 0 }
}

/** Frees explicit ids, the oldest first: at most `limit`, taken before `beforeUs`. */
function forgetIds({ database }: ProcedureContext, state: QueueState, limit: number, beforeUs: number): number {
  if (limit <= 0 || state.figures.counts.explicit === 0) return 0
  const { changes } = database
    .prepare(
      `DELETE FROM queue_explicit WHERE queue = ?1 AND id IN
       (SELECT id FROM queue_explicit WHERE queue = ?1 AND taken_at_us < ?2 ORDER BY taken_at_us LIMIT ?3)`,
    )
    .run(state.number, Math.min(beforeUs, Number.MAX_SAFE_INTEGER), limit)
  state.figures.counts.explicit -= changes
  return changes
}
