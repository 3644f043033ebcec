import type { WorkerSignal } from '../../store/store.ts'
import { at, byBytes } from './state.ts'
import type { ModelState } from './state.ts'

/** Tells one worker something, after the call that caused it; answers how many listeners it has. */
export function publish(state: ModelState, worker: string, signal: WorkerSignal): number {
  const listeners = [...(state.listeners.get(worker) ?? [])]
  for (const listener of listeners) queueMicrotask(() => listener(signal))
  return listeners.length
}

/** Wakes the worker that has been idle longest; if nobody listens there the next one, three at most. */
export function wakeOne(state: ModelState): void {
  for (let tries = 0; tries < 3; tries += 1) {
    const next = [...state.idle].sort((a, b) => a[1] - b[1] || byBytes(a[0], b[0]))[0]
    if (!next) return
    state.idle.delete(next[0])
    if (publish(state, next[0], { kind: 'wake' }) > 0) return
  }
}

/** After something was scheduled for `due`: has the timer set earlier if it would ring too late. `by` is the worker whose own call this is. */
export function wakeForDue(state: ModelState, due: number, by?: string): void {
  const timer = state.timer && state.leases.has(state.timer.worker) ? state.timer : null
  if (!timer) wakeOne(state)
  else if (due < timer.at && timer.worker !== by) publish(state, timer.worker, { kind: 'wake' })
}

/** Gives the timer for the next due message to `worker`, unless another has it in good order; ms until then, or null. */
export function takeTimer(state: ModelState, worker: string, nowUs: number): number | null {
  const due = at(state, 'scheduled')[0]?.place.score
  if (due === undefined) return null
  const timer = state.timer
  const free = !timer || !state.leases.has(timer.worker) || timer.worker === worker || timer.at < nowUs - 1_000_000 || timer.at > due
  if (!free) return null
  state.timer = { worker, at: due }
  return Math.max(0, Math.ceil((due - nowUs) / 1000))
}

/** ms until the first lease of another worker ends; null when nobody else has one. */
export function nextLeaseEnd(state: ModelState, worker: string, nowUs: number): number | null {
  const deadlines = [...state.leases].filter(([other]) => other !== worker).map(([, lease]) => lease.deadline)
  if (deadlines.length === 0) return null
  return Math.max(0, Math.ceil((Math.min(...deadlines) - nowUs) / 1000))
}
