import type { ProcedureContext } from '@millrace/connection'
import { channelOf, isHeard } from './listeners.ts'
import { touch, touchLease } from './queue-state.ts'
import type { QueueState } from './queue-state.ts'

/** How many registrations are tried for one wake-up. */
const maxTries = 3
/** A timer this late is given to whoever asks: its worker is asleep. */
const timerLateUs = 1_000_000

/** What is published on a worker's channel: `w` to wake it, `c` and an id to cancel that message. */
const wakeText = 'w'

/** Tells one worker something when the group is committed; false if nobody listens for it. */
export function signal(context: ProcedureContext, state: QueueState, worker: string, text: string): boolean {
  const channel = channelOf(state.name, worker)
  if (!isHeard(channel)) return false
  context.publish(channel, text)
  return true
}

/** Wakes the worker that has been idle longest; if nobody listens there the next one, three at most. O(workers). */
export function wakeOne(context: ProcedureContext, state: QueueState): void {
  for (let tries = 0; tries < maxTries; tries++) {
    let longest: { worker: string; sinceUs: number } | undefined
    for (const [worker, { idleSinceUs }] of state.leases) {
      if (idleSinceUs === null) continue
      if (!longest || idleSinceUs < longest.sinceUs || (idleSinceUs === longest.sinceUs && worker < longest.worker)) {
        longest = { worker, sinceUs: idleSinceUs }
      }
    }
    if (!longest) return
    const lease = state.leases.get(longest.worker)
    if (lease) lease.idleSinceUs = null
    touchLease(context, state, longest.worker)
    if (signal(context, state, longest.worker, wakeText)) return
  }
}

/** After something was scheduled for `dueUs`: has the timer set earlier if it would ring too late. `by` is the worker whose own call this is. */
export function wakeForDue(context: ProcedureContext, state: QueueState, dueUs: number, by?: string): void {
  const { timer } = state.figures
  if (!timer || !state.leases.has(timer.worker)) wakeOne(context, state)
  else if (dueUs < timer.atUs && timer.worker !== by) signal(context, state, timer.worker, wakeText)
}

/** The earliest due time of all levels, µs; null when nothing is scheduled. */
export function nextDue(context: ProcedureContext, state: QueueState): number | null {
  if (state.nextDueUs !== undefined) return state.nextDueUs
  let earliest: number | null = null
  const first = context.database.prepare('SELECT score FROM queue_scheduled WHERE queue = ? AND level = ? ORDER BY score LIMIT 1')
  for (const [level, count] of state.figures.counts.scheduled.entries()) {
    if (count === 0) continue
    const row = first.get(state.number, level)
    if (row && (earliest === null || Number(row['score']) < earliest)) earliest = Number(row['score'])
  }
  state.nextDueUs = earliest
  return earliest
}

/** Gives the timer for the next due message to `worker`, unless another has it in good order; ms until then, or null. */
export function takeTimer(context: ProcedureContext, state: QueueState, worker: string): number | null {
  const dueUs = nextDue(context, state)
  if (dueUs === null) return null
  const { timer } = state.figures
  const nowUs = context.nowUs()
  const free =
    !timer || !state.leases.has(timer.worker) || timer.worker === worker || timer.atUs < nowUs - timerLateUs || timer.atUs > dueUs
  if (!free) return null
  if (timer?.worker !== worker || timer.atUs !== dueUs) {
    state.figures.timer = { worker, atUs: dueUs }
    touch(context, state)
  }
  return Math.max(0, Math.ceil((dueUs - nowUs) / 1_000))
}

/** ms until the first lease of another worker ends; null when nobody else has one. O(workers). */
export function nextLeaseEnd(context: ProcedureContext, state: QueueState, worker: string): number | null {
  let earliestUs = Infinity
  for (const [other, { deadlineUs }] of state.leases) if (other !== worker && deadlineUs < earliestUs) earliestUs = deadlineUs
  return earliestUs === Infinity ? null : Math.max(0, Math.ceil((earliestUs - context.nowUs()) / 1_000))
}
