import type { ProcedureContext } from '@millrace/connection'
import { levels } from '../../../message.ts'
import type { Selection, SliceAnswer } from '../../store.ts'
import { locate } from '../locate.ts'
import { placeWaiting, unschedule } from '../places.ts'
import { nextScore, queueState, sum, touch } from '../queue-state.ts'
import type { QueueState } from '../queue-state.ts'
import { wakeOne } from '../signals.ts'
export { prepare } from '../schema.ts'

interface Scheduled {
  readonly id: string
  readonly message: number
  readonly level: number
  readonly score: number
}

/** scheduled → ready now, behind what is ready. O(m log n). */
export function run(
  context: ProcedureContext,
  { queue, selection }: { readonly queue: string; readonly selection: Selection },
): SliceAnswer {
  const state = queueState(context, queue)
  const chosen = 'ids' in selection ? byIds(context, state, selection.ids) : earliest(context, state, selection.limit)
  const more = 'limit' in selection && sum(state.figures.counts.scheduled) > selection.limit
  if (chosen.length === 0) return { changed: 0, more }
  touch(context, state)
  const move = context.database.prepare('UPDATE queue_message SET score = ? WHERE number = ?')
  for (const message of chosen) {
    unschedule(context, state, message.level, message)
    move.run(nextScore(state.figures, message.level, context.nowUs()), message.message)
  }
  placeWaiting(context, state, 'ready', chosen)
  wakeOne(context, state)
  return { changed: chosen.length, more }
}

function earliest(context: ProcedureContext, state: QueueState, limit: number): Scheduled[] {
  const first = context.database.prepare(
    'SELECT id, message, level, score FROM queue_scheduled WHERE queue = ? AND level = ? ORDER BY score, id LIMIT ?',
  )
  const chosen: Scheduled[] = []
  for (const level of levels.keys()) {
    if (chosen.length < limit) chosen.push(...(first.all(state.number, level, limit - chosen.length) as unknown as Scheduled[]))
  }
  return chosen
}

function byIds(context: ProcedureContext, state: QueueState, ids: readonly string[]): Scheduled[] {
  return [...new Set(ids)].flatMap((id): Scheduled[] => {
    const found = locate(context, state, id)
    return found?.at === 'scheduled' ? [{ id, message: found.number, level: found.level, score: found.score }] : []
  })
}
