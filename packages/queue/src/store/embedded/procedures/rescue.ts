import type { ProcedureContext } from '@millrace/connection'
import { maxMessagesPerCall } from '../../store.ts'
import type { AttemptRecord, RescueAnswer } from '../../store.ts'
import { corruptRecord } from '../corrupt-record.ts'
import { addAttempt } from '../details.ts'
import { dropClaims, placeWaiting } from '../places.ts'
import { forgetWorker, queueState, remark, touch, touchLease } from '../queue-state.ts'
import type { Claim, QueueState } from '../queue-state.ts'
import { die } from '../retention.ts'
import { wakeOne } from '../signals.ts'
export { prepare } from '../schema.ts'

const maxWorkers = 10
/** Crashes alone that condemn a message. */
const maxAloneCrashes = 2

/** Gives back what dead workers held: those whose lease ended first come first. O(workers + m log n). */
export function run(context: ProcedureContext, { queue, leaseMs }: { readonly queue: string; readonly leaseMs: number }): RescueAnswer {
  const state = queueState(context, queue)
  const answer = { workers: 0, redelivered: 0, suspects: 0, dead: 0 }
  if (state.number === 0) return { ...answer, more: false }
  const nowUs = context.nowUs()
  touch(context, state)
  remark(state.figures, nowUs)
  prolongStopped(context, state, leaseMs)
  let budget = maxMessagesPerCall

  for (const worker of endedWorkers(state, nowUs).slice(0, maxWorkers)) {
    if (budget === 0) break
    answer.workers += 1
    const claims = state.leases.get(worker)?.claims ?? new Map<string, Claim>()
    const crashed = [...claims].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, budget)
    dropClaims(
      context,
      state,
      worker,
      crashed.map(([id]) => id),
    )
    for (const [id, claim] of crashed) {
      answer[crash(context, state, { id, claim, worker })] += 1
      claims.delete(id)
    }
    budget -= crashed.length
    if (claims.size === 0) forgetWorker(context, state, worker)
  }
  if (answer.redelivered + answer.suspects > 0) wakeOne(context, state)
  return { ...answer, more: endedWorkers(state, nowUs).length > 0 }
}

/**
 * A lease that this thread renews each second can only have ended because the store was away: the process stood still, the machine slept.
 * It gets one full lease, and a second one only if it was renewed meanwhile. After a restart nothing is renewed here, and nothing prolonged.
 */
function prolongStopped(context: ProcedureContext, state: QueueState, leaseMs: number): void {
  const nowUs = context.nowUs()
  for (const worker of endedWorkers(state, nowUs)) {
    const lease = state.leases.get(worker)
    if (!lease || !state.renewing.delete(worker)) continue
    lease.deadlineUs = nowUs + Math.round(leaseMs * 1_000)
    touchLease(context, state, worker)
  }
}

function endedWorkers(state: QueueState, nowUs: number): string[] {
  const ended = [...state.leases].filter(([, lease]) => lease.deadlineUs <= nowUs)
  ended.sort(([a, one], [b, other]) => one.deadlineUs - other.deadlineUs || (a < b ? -1 : 1))
  return ended.map(([worker]) => worker)
}

/** One message of a dead worker: again at its old place, suspect from the second crash on, dead at the second one alone. */
function crash(
  context: ProcedureContext,
  state: QueueState,
  { id, claim, worker }: { readonly id: string; readonly claim: Claim; readonly worker: string },
): 'redelivered' | 'suspects' | 'dead' {
  const row = context.database
    .prepare(
      `UPDATE queue_message SET crashes = crashes + 1, alone_crashes = alone_crashes + ? WHERE number = ?
       RETURNING retries, crashes, alone_crashes`,
    )
    .get(claim.alone ? 1 : 0, claim.message)
  if (!row) throw corruptRecord(`The record of message ${id} in queue ${state.name}`)
  const [retries, crashes, aloneCrashes] = [Number(row['retries']), Number(row['crashes']), Number(row['alone_crashes'])]
  const message = { id, message: claim.message, level: claim.level }
  state.figures.totals.crashed += 1
  if (!claim.alone && crashes === 1) {
    placeWaiting(context, state, 'ready', [message])
    return 'redelivered'
  }
  if (!claim.alone || aloneCrashes < maxAloneCrashes) {
    placeWaiting(context, state, 'suspects', [message])
    return 'suspects'
  }
  const nowMs = Math.floor(context.nowUs() / 1_000)
  const attempt: AttemptRecord = {
    attempt: retries + crashes,
    worker,
    startedAtMs: nowMs,
    runMs: 0,
    error: { name: 'Crashed', message: 'The process died twice while it ran this message alone.' },
  }
  addAttempt(context, claim.message, id, JSON.stringify(attempt))
  die(context, state, { ...message, diedAtMs: nowMs, reason: 'crashed', terms: [] })
  state.figures.totals.dead += 1
  return 'dead'
}
