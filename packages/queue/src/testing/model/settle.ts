import type { AttemptRecord, Outcome, Result, Retention } from '../../store/store.ts'
import { wakeForDue } from './signals.ts'
import { at, freeKey, heldBy, move, remove } from './state.ts'
import type { At, Entry, ModelState } from './state.ts'

/** Applies one attempt's outcome, if the claim it belongs to still stands. */
export function settle(state: ModelState, worker: string, result: Result, retention: Retention, nowUs: number): Outcome {
  const entry = heldBy(state, worker).find((held) => held.id === result.id && held.place.nonce === result.nonce)
  if (!entry) {
    state.totals.stale += 1
    return 'stale'
  }
  if (result.kind === 'released') {
    handBack(entry)
    return 'done'
  }
  if (result.kind === 'done') {
    state.finished += 1
    freeKey(state, entry, ['started', 'finished'])
    move(entry, { at: 'completed', order: state.finished, finishedUs: nowUs })
    entry.value = result.value ?? null
    entry.retries = 0
    resetCrashes(entry)
    state.totals.completed += 1
    forgetOldest(state, 'completed', retention.completedCount)
    return 'done'
  }

  const alone = entry.place.alone
  entry.retries += 1
  remember(entry, JSON.parse(result.attempt) as AttemptRecord)
  if (alone) resetCrashes(entry)
  if (result.kind === 'failed') {
    const due = nowUs + result.delayMs * 1000
    move(entry, { at: 'scheduled', score: due })
    state.totals.retried += 1
    wakeForDue(state, due, worker)
    return 'done'
  }
  die(state, entry, result.reason, result.terms, nowUs)
  forgetOldest(state, 'dead', retention.deadCount)
  return 'done'
}

/** Back to where it was claimed from, as if it had never been claimed. */
export function handBack(entry: At<'active'>): void {
  const { alone, score } = entry.place
  move(entry, { at: alone ? 'suspect' : 'ready', score })
}

export function die(state: ModelState, entry: Entry, reason: string, terms: readonly string[], nowUs: number): void {
  move(entry, { at: 'dead', diedAtMs: Math.floor(nowUs / 1000), reason, terms })
  freeKey(state, entry)
  state.totals.dead += 1
}

/** Appends to the attempts, of which the newest 20 are kept. */
export function remember(entry: Entry, attempt: AttemptRecord): void {
  entry.attempts = [...entry.attempts, attempt].slice(-20)
}

export function resetCrashes(entry: Entry): void {
  entry.crashes = 0
  entry.aloneCrashes = 0
}

function forgetOldest(state: ModelState, where: 'completed' | 'dead', keep: number): void {
  const kept = at(state, where)
  for (const entry of kept.slice(0, Math.max(0, kept.length - keep))) remove(state, entry)
}
