import { MillraceError } from '@millrace/connection'
import { levels } from '../../message.ts'
import { maxMessagesPerCall } from '../../store/store.ts'
import type { ClaimAnswer, ClaimCall, ClaimedMessage, Outcome } from '../../store/store.ts'
import { settle } from './settle.ts'
import { nextLeaseEnd, takeTimer, wakeOne } from './signals.ts'
import { at, atByLevel, freeKey, heldBy, move, remark } from './state.ts'
import type { At, Entry, ModelState } from './state.ts'

interface Choice {
  readonly entries: readonly At<'active'>[]
  readonly drain: boolean
  readonly more: boolean
}

export function claim(state: ModelState, call: ClaimCall, nowUs: number): ClaimAnswer {
  const { worker, number, nonce, limit } = call
  const lease = state.leases.get(worker)
  const repeated = lease !== undefined && number === lease.number && nonce === lease.nonce
  if (lease && !repeated && number <= lease.number) {
    throw new MillraceError('CALL_OUTDATED', `call ${number} of worker ${worker} comes after call ${lease.number}; nothing changed`)
  }

  remark(state, nowUs)
  state.idle.delete(worker)
  if (!lease && number > 1) {
    state.totals.stale += call.results.length
    return lost(state, call, nowUs)
  }

  const outcomes = repeated
    ? lease.outcomes.map((outcome): Outcome => (outcome === 'done' ? 'replayed' : outcome))
    : call.results.map((result) => settle(state, worker, result, call.retention, nowUs))
  state.leases.set(worker, { deadline: nowUs + call.leaseMs * 1000, number, nonce, outcomes: repeated ? lease.outcomes : outcomes })
  const handedBack = !repeated && call.results.some(({ kind }, index) => kind === 'released' && outcomes[index] === 'done')
  const promoted = repeated || state.paused ? 0 : promoteDue(state, nowUs)
  const choice = repeated ? again(state, call) : choose(state, call, nowUs)

  const short = choice.entries.length < limit || limit === 0
  const idle = call.idle && !choice.more && !choice.drain && choice.entries.length < limit
  if (idle) state.idle.set(worker, nowUs)
  const freed = handedBack || promoted > 0
  const leftForOthers = freed && !state.paused && [...at(state, 'ready'), ...at(state, 'suspect')].length > 0
  if ((!short && choice.more) || leftForOthers) wakeOne(state)
  return {
    outcomes,
    leaseLost: false,
    messages: choice.entries.map(claimed),
    claimedAtMs: Math.floor(nowUs / 1000),
    paused: state.paused,
    drain: choice.drain,
    idle,
    more: choice.more,
    dueInMs: short ? takeTimer(state, worker, nowUs) : null,
    leaseEndInMs: short ? nextLeaseEnd(state, worker, nowUs) : null,
  }
}

/** The answer to a worker that was given up: it holds nothing, and must go on under a new name. */
function lost(state: ModelState, call: ClaimCall, nowUs: number): ClaimAnswer {
  return {
    outcomes: call.results.map(() => 'stale'),
    leaseLost: true,
    messages: [],
    claimedAtMs: Math.floor(nowUs / 1000),
    paused: state.paused,
    drain: false,
    idle: false,
    more: false,
    dueInMs: null,
    leaseEndInMs: null,
  }
}

/** What an earlier try of this call gave and still stands. */
function again(state: ModelState, call: ClaimCall): Choice {
  const standing = heldBy(state, call.worker).filter((entry) => entry.place.nonce === call.nonce)
  standing.sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level) || a.place.score - b.place.score)
  return { entries: standing, drain: false, more: !state.paused && call.limit > 0 && at(state, 'ready').length > 0 }
}

function choose(state: ModelState, call: ClaimCall, nowUs: number): Choice {
  const suspects = at(state, 'suspect')
  const held = heldBy(state, call.worker)
  if (state.aloneWorker === call.worker && held.length === 0 && suspects.length === 0) state.aloneWorker = null
  if (state.paused || call.limit === 0) return { entries: [], drain: false, more: false }

  if (held.some((entry) => entry.place.alone)) return { entries: [], drain: true, more: false }
  const first = suspects[0]
  if (first) {
    if (state.aloneWorker === null || !state.leases.has(state.aloneWorker)) state.aloneWorker = call.worker
    if (state.aloneWorker === call.worker) {
      return held.length > 0
        ? { entries: [], drain: true, more: false }
        : { entries: give(state, call, [first], true, nowUs), drain: false, more: false }
    }
  }
  const chosen = takeTurns(state, call)
  const entries = give(state, call, chosen, false, nowUs)
  return { entries, drain: false, more: at(state, 'ready').length > 0 }
}

/** scheduled → ready for what is due: 250 messages at most, urgent first. Answers how many. */
function promoteDue(state: ModelState, nowUs: number): number {
  const due = atByLevel(state, 'scheduled')
    .filter((entry) => entry.place.score <= nowUs)
    .slice(0, maxMessagesPerCall)
  for (const entry of due) move(entry, { at: 'ready', score: entry.place.score })
  return due.length
}

/** One message a turn; a turn of an empty level goes to the highest level that has something. */
function takeTurns(state: ModelState, call: ClaimCall): At<'ready'>[] {
  const ready = at(state, 'ready')
  const waiting = levels.map((level) => ready.filter((entry) => entry.level === level))
  const taken = levels.map((): At<'ready'>[] => [])
  const count = () => taken.reduce((sum, of) => sum + of.length, 0)

  while (count() < call.limit && waiting.some((of) => of.length > 0)) {
    const highest = waiting.findIndex((of) => of.length > 0)
    let level = highest
    if (call.turns.length > 0) {
      const turn = call.turns[state.position % call.turns.length] ?? highest
      if ((waiting[turn]?.length ?? 0) > 0) level = turn
      state.position = (state.position + 1) % call.turns.length
    }
    const next = waiting[level]?.shift()
    if (next) taken[level]?.push(next)
  }
  if (waiting.every((of) => of.length === 0)) state.position = 0
  return taken.flat()
}

function give(
  state: ModelState,
  call: ClaimCall,
  entries: readonly At<'ready' | 'suspect'>[],
  alone: boolean,
  nowUs: number,
): At<'active'>[] {
  const base = Math.max(state.lastFence + 1, nowUs)
  entries.forEach((entry, index) => {
    const { score } = entry.place
    move(entry, { at: 'active', score, worker: call.worker, nonce: call.nonce, alone, fence: base + index })
    state.totals.claimed[entry.level] += 1
    freeKey(state, entry, ['started'])
  })
  if (entries.length > 0) state.lastFence = base + entries.length - 1
  return entries as readonly Entry[] as At<'active'>[]
}

function claimed(entry: At<'active'>): ClaimedMessage {
  return {
    id: entry.id,
    level: entry.level,
    options: entry.options,
    payload: entry.payload,
    createdAtMs: entry.createdAtMs,
    scheduledForMs: entry.scheduledForMs,
    readyAtMs: Math.floor(entry.place.score / 1000),
    retries: entry.retries,
    crashes: entry.crashes,
    alone: entry.place.alone,
    fence: entry.place.fence,
  }
}
