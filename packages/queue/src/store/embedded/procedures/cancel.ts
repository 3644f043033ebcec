import type { ProcedureContext } from '@millrace/connection'
import type { CancelOutcome } from '../../store.ts'
import { locate } from '../locate.ts'
import { dropClaims, removeMessages, takeReadyOne, takeSuspect, unschedule } from '../places.ts'
import { queueState, touch } from '../queue-state.ts'
import { signal } from '../signals.ts'
export { prepare } from '../schema.ts'

/** Removes one message that is not finished; if it is active its worker is told. O(workers + log n). */
export function run(context: ProcedureContext, { queue, id }: { readonly queue: string; readonly id: string }): CancelOutcome {
  const state = queueState(context, queue)
  const found = locate(context, state, id)
  if (!found) return 'not-found'
  if (found.at === 'completed' || found.at === 'dead') return 'finished'
  touch(context, state)
  const rank = { score: found.score, id }
  switch (found.at) {
    case 'ready':
      takeReadyOne(context, state, found.level, rank)
      break
    case 'scheduled':
      unschedule(context, state, found.level, rank)
      break
    case 'suspect':
      takeSuspect(context, state, found.level, rank)
      break
    case 'active':
      state.leases.get(found.worker)?.claims.delete(id)
      dropClaims(context, state, found.worker, [id])
      signal(context, state, found.worker, `c${id}`)
  }
  removeMessages(context, state, [found.number])
  return found.at === 'active' ? 'aborted' : 'removed'
}
