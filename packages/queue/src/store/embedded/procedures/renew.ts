import type { ProcedureContext } from '@millrace/connection'
import type { RenewAnswer } from '../../store.ts'
import { queueState, touchLease } from '../queue-state.ts'
import { nextLeaseEnd, takeTimer } from '../signals.ts'
export { prepare } from '../schema.ts'

export interface RenewCall {
  readonly queue: string
  readonly worker: string
  readonly leaseMs: number
  /** True where the store's thread itself makes this call each second. */
  readonly pulse: boolean
}

/** Prolongs one lease. O(workers), in memory. */
export function run(context: ProcedureContext, { queue, worker, leaseMs, pulse }: RenewCall): RenewAnswer {
  const state = queueState(context, queue)
  const lease = state.leases.get(worker)
  if (!lease) return { held: false, dueInMs: null, leaseEndInMs: null }
  lease.deadlineUs = context.nowUs() + Math.round(leaseMs * 1_000)
  touchLease(context, state, worker)
  if (pulse) state.renewing.add(worker)
  return { held: true, dueInMs: takeTimer(context, state, worker), leaseEndInMs: nextLeaseEnd(context, state, worker) }
}
