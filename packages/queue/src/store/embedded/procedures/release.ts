import type { ProcedureContext } from '@millrace/connection'
import { maxMessagesPerCall } from '../../store.ts'
import type { ReleaseAnswer } from '../../store.ts'
import { dropClaims } from '../places.ts'
import { forgetWorker, queueState, touch } from '../queue-state.ts'
import { wakeOne } from '../signals.ts'
import { handBack } from './settle.ts'
export { prepare } from '../schema.ts'

/** Hands back what a worker holds, by id. O(m log n). */
export function run(context: ProcedureContext, { queue, worker }: { readonly queue: string; readonly worker: string }): ReleaseAnswer {
  const state = queueState(context, queue)
  const lease = state.leases.get(worker)
  if (!lease) return { released: 0, remaining: 0 }
  touch(context, state)
  const held = [...lease.claims].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, maxMessagesPerCall)
  const ids = held.map(([id]) => id)
  dropClaims(context, state, worker, ids)
  for (const id of ids) lease.claims.delete(id)
  handBack(
    context,
    state,
    held.map(([id, claim]) => ({ id, message: claim.message, level: claim.level, claim })),
  )
  const remaining = lease.claims.size
  if (remaining === 0) forgetWorker(context, state, worker)
  if (held.length > 0) wakeOne(context, state)
  return { released: held.length, remaining }
}
