import { maxMessagesPerCall } from '../../store/store.ts'
import type { ReleaseAnswer, RenewAnswer, RescueAnswer } from '../../store/store.ts'
import { die, handBack, remember } from './settle.ts'
import { nextLeaseEnd, takeTimer, wakeOne } from './signals.ts'
import { byBytes, forgetWorker, heldBy, move, remark } from './state.ts'
import type { At, ModelState } from './state.ts'

const maxWorkersPerRescue = 10

export function release(state: ModelState, worker: string): ReleaseAnswer {
  if (!state.leases.has(worker)) return { released: 0, remaining: 0 }
  const held = heldBy(state, worker)
  const released = held.slice(0, maxMessagesPerCall)
  for (const entry of released) handBack(entry)
  const remaining = held.length - released.length
  if (remaining === 0) forgetWorker(state, worker)
  if (released.length > 0) wakeOne(state)
  return { released: released.length, remaining }
}

export function renew(state: ModelState, worker: string, leaseMs: number, nowUs: number): RenewAnswer {
  const lease = state.leases.get(worker)
  if (!lease) return { held: false, dueInMs: null, leaseEndInMs: null }
  lease.deadline = nowUs + leaseMs * 1000
  return { held: true, dueInMs: takeTimer(state, worker, nowUs), leaseEndInMs: nextLeaseEnd(state, worker, nowUs) }
}

export function rescue(state: ModelState, nowUs: number): RescueAnswer {
  remark(state, nowUs)
  const ended = () =>
    [...state.leases].filter(([, lease]) => lease.deadline <= nowUs).sort((a, b) => a[1].deadline - b[1].deadline || byBytes(a[0], b[0]))
  const answer = { workers: 0, redelivered: 0, suspects: 0, dead: 0 }
  let budget = maxMessagesPerCall

  for (const [worker] of ended().slice(0, maxWorkersPerRescue)) {
    if (budget === 0) break
    answer.workers += 1
    for (const entry of heldBy(state, worker).slice(0, budget)) {
      answer[crash(state, entry, nowUs)] += 1
      budget -= 1
    }
    if (heldBy(state, worker).length === 0) forgetWorker(state, worker)
  }
  if (answer.redelivered + answer.suspects > 0) wakeOne(state)
  return { ...answer, more: ended().length > 0 }
}

/** One message of a dead worker: again at its old place, suspect from the second crash on, dead at the second one alone. */
function crash(state: ModelState, entry: At<'active'>, nowUs: number): 'redelivered' | 'suspects' | 'dead' {
  const { alone, score, worker } = entry.place
  entry.crashes += 1
  state.totals.crashed += 1
  if (!alone) {
    move(entry, { at: entry.crashes === 1 ? 'ready' : 'suspect', score })
    return entry.crashes === 1 ? 'redelivered' : 'suspects'
  }
  entry.aloneCrashes += 1
  if (entry.aloneCrashes < 2) {
    move(entry, { at: 'suspect', score })
    return 'suspects'
  }
  remember(entry, {
    attempt: entry.retries + entry.crashes,
    worker,
    startedAtMs: Math.floor(nowUs / 1000),
    runMs: 0,
    error: { name: 'Crashed', message: 'The process died twice while it ran this message alone.' },
  })
  die(state, entry, 'crashed', [], nowUs)
  return 'dead'
}
