import type { ProcedureContext } from '@millrace/connection'
import type { Result } from '../../store.ts'
import { addAttempt, writePart } from '../details.ts'
import { corruptRecord } from '../corrupt-record.ts'
import { forgetKeys, freeKeys } from '../dedupe-keys.ts'
import { dropClaims, placeWaiting, schedule } from '../places.ts'
import type { Claim, Lease, QueueState } from '../queue-state.ts'
import { die, forgetCompleted, forgetDead } from '../retention.ts'
import { wakeForDue } from '../signals.ts'
import type { ClaimProcedureCall } from './claim.ts'

/** Letters of outcomes: taken now, taken by an earlier try, not this worker's claim. */
export const outcomeLetters = { done: 'd', replayed: 'r', stale: 's' } as const

interface Settled {
  readonly id: string
  readonly message: number
  readonly level: number
  readonly claim: Claim
}
type Failed = Settled & { readonly result: Extract<Result, { kind: 'failed' }> }
type Given = Settled & { readonly result: Extract<Result, { kind: 'dead' }> }

/** Applies results whose claims still stand, and answers a letter a result. O(results · log n). */
export function settle(context: ProcedureContext, state: QueueState, call: ClaimProcedureCall, lease: Lease): string {
  const done: (Settled & { readonly value?: string })[] = []
  const released: Settled[] = []
  const failed: Failed[] = []
  const dead: Given[] = []
  let outcomes = ''
  for (const [index, id] of call.ids.entries()) {
    const claim = lease.claims.get(id)
    if (!claim || claim.nonce !== call.nonces[index]) {
      outcomes += outcomeLetters.stale
      state.figures.totals.stale += 1
      continue
    }
    lease.claims.delete(id)
    outcomes += outcomeLetters.done
    const settled = { id, message: claim.message, level: claim.level, claim }
    const result = call.results[index]
    if (!result) done.push(settled)
    else if (result.kind === 'done') done.push({ ...settled, ...(result.value === undefined ? {} : { value: result.value }) })
    else if (result.kind === 'released') released.push(settled)
    else if (result.kind === 'failed') failed.push({ ...settled, result })
    else dead.push({ ...settled, result })
  }
  const all = [...done, ...released, ...failed, ...dead]
  if (all.length === 0) return outcomes
  dropClaims(
    context,
    state,
    call.worker,
    all.map(({ id }) => id),
  )
  handBack(context, state, released)
  complete(context, state, done, call.retention.completedCount)
  retry(context, state, failed, call.worker)
  for (const given of dead) giveUp(context, state, given)
  if (dead.length > 0) forgetDead(context, state, state.figures.counts.dead - call.retention.deadCount)
  return outcomes
}

/** Back to where they were claimed from, as if they had never been claimed. */
export function handBack(context: ProcedureContext, state: QueueState, messages: readonly Settled[]): void {
  placeWaiting(
    context,
    state,
    'ready',
    messages.filter(({ claim }) => !claim.alone),
  )
  placeWaiting(
    context,
    state,
    'suspects',
    messages.filter(({ claim }) => claim.alone),
  )
}

function complete(
  context: ProcedureContext,
  state: QueueState,
  done: readonly (Settled & { readonly value?: string })[],
  keep: number,
): void {
  if (done.length === 0) return
  const { database } = context
  const { figures } = state
  const ended = done.map(({ message }) => message)
  // A window outlasts the completion of its message.
  freeKeys(context, state, ended, 'sf')
  forgetKeys(context, state, ended)
  const numbers = JSON.stringify(ended)
  database
    .prepare('INSERT INTO queue_completed (queue, number, message, finished_at_us) SELECT ?, ? + key, value, ? FROM json_each(?)')
    .run(state.number, figures.finished + 1, context.nowUs(), numbers)
  figures.finished += done.length
  figures.counts.completed += done.length
  figures.totals.completed += done.length
  const tried = done.filter(({ claim }) => claim.tried).map(({ message }) => message)
  if (tried.length > 0) {
    database
      .prepare('UPDATE queue_message SET retries = 0, crashes = 0, alone_crashes = 0 WHERE number IN (SELECT value FROM json_each(?))')
      .run(JSON.stringify(tried))
  }
  for (const { message, value } of done) if (value !== undefined) writePart(context, message, 'value', value)
  forgetCompleted(context, state, figures.counts.completed - keep)
}

function retry(context: ProcedureContext, state: QueueState, failed: readonly Failed[], worker: string): void {
  if (failed.length === 0) return
  let earliestUs = Infinity
  for (const { id, message, level, claim, result } of failed) {
    const scoreUs = context.nowUs() + Math.round(result.delayMs * 1_000)
    countAttempt(context, state, { id, claim, attempt: result.attempt, scoreUs })
    schedule(context, state, { id, message, level, scoreUs, mark: null })
    earliestUs = Math.min(earliestUs, scoreUs)
  }
  state.figures.totals.retried += failed.length
  wakeForDue(context, state, earliestUs, worker)
}

function giveUp(context: ProcedureContext, state: QueueState, { id, message, level, claim, result }: Given): void {
  countAttempt(context, state, { id, claim, attempt: result.attempt, scoreUs: null })
  die(context, state, { id, message, level, diedAtMs: Math.floor(context.nowUs() / 1_000), reason: result.reason, terms: result.terms })
  state.figures.totals.dead += 1
}

/** One more failed attempt; having run alone clears the crashes. */
function countAttempt(
  context: ProcedureContext,
  state: QueueState,
  failed: { readonly id: string; readonly claim: Claim; readonly attempt: string; readonly scoreUs: number | null },
): void {
  const { id, claim, attempt, scoreUs } = failed
  const cleared = claim.alone ? ', crashes = 0, alone_crashes = 0' : ''
  const { changes } = context.database
    .prepare(`UPDATE queue_message SET retries = retries + 1, score = coalesce(?, score)${cleared} WHERE number = ?`)
    .run(scoreUs, claim.message)
  if (changes !== 1) throw corruptRecord(`The record of message ${id} in queue ${state.name}`)
  addAttempt(context, claim.message, id, attempt)
}
