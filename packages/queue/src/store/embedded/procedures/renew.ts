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

/**
 * Prolongs one lease. O(workers), in memory. An idle process must not write each second for ever, so the file gets a deadline only when its
 * own has come near by half a lease: who reads it after a restart finds a worker that is dead anyway.
 */
export function run(context: ProcedureContext, { queue, worker, leaseMs, pulse }: RenewCall): RenewAnswer {
  const state = queueState(context, queue)
  const lease = state.leases.get(worker)
  if (!lease) return { held: false, dueInMs: null, leaseEndInMs: null }
  const leaseUs = Math.round(leaseMs * 1_000)
  lease.deadlineUs = context.nowUs() + leaseUs
  const aheadUs = lease.deadlineUs - lease.storedDeadlineUs
  if (aheadUs < 0 || aheadUs > leaseUs / 2) touchLease(context, state, worker)
  if (pulse) state.renewing.add(worker)
  return { held: true, dueInMs: takeTimer(context, state, worker), leaseEndInMs: nextLeaseEnd(context, state, worker) }
}
