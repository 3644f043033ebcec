import { MillraceError } from '@millrace/connection'
import type { ProcedureContext } from '@millrace/connection'
import { levels } from '../../../message.ts'
import { maxBytesPerCall, maxMessagesPerCall } from '../../store.ts'
import type { ClaimAnswer, Result, Retention, Turns } from '../../store.ts'
import { freeKeys } from '../dedupe-keys.ts'
import { readMessages, readPayloadBytes, readReady } from '../message-rows.ts'
import type { MessageRow } from '../message-rows.ts'
import { add, promoteDue, takeReady, takeSuspect } from '../places.ts'
import { queueState, remark, sum, touch, touchLease } from '../queue-state.ts'
import type { Lease, QueueState } from '../queue-state.ts'
import { nextDue, nextLeaseEnd, takeTimer, wakeOne } from '../signals.ts'
import { outcomeLetters, settle } from './settle.ts'
export { prepare } from '../schema.ts'

/** A `ClaimCall` whose results stand in columns. */
export interface ClaimProcedureCall {
  readonly queue: string
  readonly worker: string
  readonly number: number
  readonly nonce: string
  readonly ids: readonly string[]
  readonly nonces: readonly string[]
  /** null: done without a value. */
  readonly results: readonly (Result | null)[]
  readonly leaseMs: number
  readonly retention: Retention
  readonly limit: number
  readonly idle: boolean
  readonly turns: Turns
}

/** Claimed messages in columns; `alone` is one for all of an answer. */
interface MessageColumns {
  readonly ids: string[]
  readonly levels: number[]
  readonly options: (string | null)[]
  readonly payloads: string[]
  readonly createdAtMs: number[]
  readonly scheduledForMs: (number | null)[]
  readonly readyAtMs: number[]
  readonly retries: number[]
  readonly crashes: number[]
  readonly alone: boolean[]
  readonly fences: number[]
}

/** A `ClaimAnswer` in columns; `outcomes` is a letter a result. */
export interface ClaimProcedureAnswer extends Omit<ClaimAnswer, 'outcomes' | 'messages'> {
  readonly outcomes: string
  readonly messages: MessageColumns
}

interface Choice {
  readonly rows: readonly MessageRow[]
  readonly drain: boolean
  readonly more: boolean
}

/** Settles the results, then claims. O((results + m) · log n + workers). */
export function run(context: ProcedureContext, call: ClaimProcedureCall): ClaimProcedureAnswer {
  const state = queueState(context, call.queue)
  const { worker, number, nonce, limit } = call
  const known = state.leases.get(worker)
  const repeated = known !== undefined && number === known.number && nonce === known.nonce
  if (known && !repeated && number <= known.number) {
    throw new MillraceError('CALL_OUTDATED', `call ${number} of worker ${worker} comes after call ${known.number}; nothing changed`)
  }

  const nowUs = context.nowUs()
  touch(context, state)
  remark(state.figures, nowUs)
  if (!known && number > 1) {
    state.figures.totals.stale += call.ids.length
    return lost(context, state, call)
  }

  const lease: Lease = known ?? { deadlineUs: 0, number, nonce, outcomes: '', idleSinceUs: null, claims: new Map(), storedDeadlineUs: 0 }
  state.leases.set(worker, lease)
  touchLease(context, state, worker)
  lease.idleSinceUs = null
  lease.deadlineUs = nowUs + Math.round(call.leaseMs * 1_000)
  let outcomes: string
  let freed = false
  if (repeated) outcomes = replayed(lease, call)
  else {
    outcomes = settle(context, state, call, lease)
    freed = call.results.some((result, index) => result?.kind === 'released' && outcomes[index] === outcomeLetters.done)
    if (!state.figures.paused && promote(context, state) > 0) freed = true
    lease.number = number
    lease.nonce = nonce
    lease.outcomes = outcomes.includes(outcomeLetters.stale) ? outcomes : ''
  }

  const choice = repeated ? again(context, state, call, lease) : choose(context, state, call, lease)
  const given = choice.rows.length
  const short = given < limit || limit === 0
  const idle = call.idle && !choice.more && !choice.drain && given < limit
  if (idle) lease.idleSinceUs = nowUs
  const { counts, paused } = state.figures
  const leftForOthers = freed && !paused && sum(counts.ready) + sum(counts.suspects) > 0
  if ((!short && choice.more) || leftForOthers) wakeOne(context, state)
  return {
    outcomes,
    leaseLost: false,
    messages: inColumns(choice.rows, lease),
    claimedAtMs: Math.floor(nowUs / 1_000),
    paused: state.figures.paused,
    drain: choice.drain,
    idle,
    more: choice.more,
    dueInMs: short ? takeTimer(context, state, worker) : null,
    leaseEndInMs: short ? nextLeaseEnd(context, state, worker) : null,
  }
}

/** The answer to a worker that was given up: it holds nothing, and must go on under a new name. */
function lost(context: ProcedureContext, state: QueueState, call: ClaimProcedureCall): ClaimProcedureAnswer {
  return {
    outcomes: outcomeLetters.stale.repeat(call.ids.length),
    leaseLost: true,
    messages: inColumns([], undefined),
    claimedAtMs: Math.floor(context.nowUs() / 1_000),
    paused: state.figures.paused,
    drain: false,
    idle: false,
    more: false,
    dueInMs: null,
    leaseEndInMs: null,
  }
}

function replayed(lease: Lease, call: ClaimProcedureCall): string {
  const first = lease.outcomes === '' ? outcomeLetters.done.repeat(call.ids.length) : lease.outcomes
  return first.replaceAll(outcomeLetters.done, outcomeLetters.replayed)
}

/** What an earlier try of this call gave and still stands. */
function again(context: ProcedureContext, state: QueueState, call: ClaimProcedureCall, lease: Lease): Choice {
  const standing = [...lease.claims.values()].filter(({ nonce }) => nonce === call.nonce).map(({ message }) => message)
  const rows = readMessages(context, state, standing)
  rows.sort((a, b) => a.level - b.level || a.score - b.score || (a.id < b.id ? -1 : 1))
  return { rows, drain: false, more: !state.figures.paused && call.limit > 0 && sum(state.figures.counts.ready) > 0 }
}

function choose(context: ProcedureContext, state: QueueState, call: ClaimProcedureCall, lease: Lease): Choice {
  const { figures } = state
  const nothing: Choice = { rows: [], drain: false, more: false }
  const suspects = sum(figures.counts.suspects) > 0
  if (figures.aloneWorker === call.worker && lease.claims.size === 0 && !suspects) figures.aloneWorker = null
  if (figures.paused || call.limit === 0) return nothing

  if (figures.aloneWorker === call.worker && [...lease.claims.values()].some(({ alone }) => alone)) return { ...nothing, drain: true }
  if (suspects) {
    if (figures.aloneWorker === null || !state.leases.has(figures.aloneWorker)) figures.aloneWorker = call.worker
    if (figures.aloneWorker === call.worker) {
      return lease.claims.size > 0 ? { ...nothing, drain: true } : { ...nothing, rows: giveSuspect(context, state, call, lease) }
    }
  }
  const rows: MessageRow[] = []
  for (const [level, count] of takeTurns(context, state, call).entries()) {
    if (count === 0) continue
    const taken = readReady(context, state, level, count)
    takeReady(context, state, level, count, taken[count - 1] as MessageRow)
    rows.push(...taken)
  }
  give(context, state, { call, lease, rows, alone: false })
  if (isEmpty(state)) figures.longest = 0
  return { rows, drain: false, more: sum(figures.counts.ready) > 0 }
}

function isEmpty({ figures: { counts }, leases }: QueueState): boolean {
  if (sum(counts.ready) + sum(counts.scheduled) + sum(counts.suspects) > 0) return false
  for (const { claims } of leases.values()) if (claims.size > 0) return false
  return true
}

/** scheduled → ready for what is due: 250 messages at most, urgent first. Answers how many. Costs nothing while nothing is due. */
function promote(context: ProcedureContext, state: QueueState): number {
  const nowUs = context.nowUs()
  const dueUs = nextDue(context, state)
  if (dueUs === null || dueUs > nowUs) return 0
  let left = maxMessagesPerCall
  for (const level of levels.keys()) {
    if (left > 0 && (state.figures.counts.scheduled[level] ?? 0) > 0) left -= promoteDue(context, state, level, left, nowUs)
  }
  return maxMessagesPerCall - left
}

/**
 * How many of each level: one a turn; a turn of an empty level goes to the highest that has something. Where the payloads may be more than
 * a call should carry they are measured, and those that would go beyond it stay, unless it is the first.
 */
function takeTurns(context: ProcedureContext, state: QueueState, { limit, turns }: ClaimProcedureCall): number[] {
  const { figures } = state
  const left = [...figures.counts.ready]
  const taken = left.map(() => 0)
  const most = Math.min(limit, sum(left))
  const measured =
    most * figures.longest > maxBytesPerCall ? left.map((_, level) => readPayloadBytes(context, state, level, most)) : undefined
  let bytes = 0
  for (let count = 0; count < most; count++) {
    let level = left.findIndex((waiting) => waiting > 0)
    if (turns.length > 0) {
      const turn = turns[figures.position % turns.length] ?? level
      if ((left[turn] ?? 0) > 0) level = turn
    }
    bytes += measured?.[level]?.[taken[level] ?? 0] ?? 0
    if (bytes > maxBytesPerCall && count > 0) break
    if (turns.length > 0) figures.position = (figures.position + 1) % turns.length
    add(left, level, -1)
    add(taken, level, 1)
  }
  if (sum(left) === 0) figures.position = 0
  return taken
}

function giveSuspect(context: ProcedureContext, state: QueueState, call: ClaimProcedureCall, lease: Lease): MessageRow[] {
  const first = context.database.prepare('SELECT message FROM queue_suspect WHERE queue = ? ORDER BY score, id LIMIT 1').get(state.number)
  const rows = readMessages(context, state, [Number(first?.['message'])])
  for (const row of rows) takeSuspect(context, state, row.level, row)
  give(context, state, { call, lease, rows, alone: true })
  return rows
}

interface Gift {
  readonly call: ClaimProcedureCall
  readonly lease: Lease
  readonly rows: readonly MessageRow[]
  readonly alone: boolean
}

/** Writes the claims of messages that were taken from their place. */
function give(context: ProcedureContext, state: QueueState, { call, lease, rows, alone }: Gift): void {
  if (rows.length === 0) return
  const { figures } = state
  const base = Math.max(figures.lastFence + 1, context.nowUs())
  const insert = context.database.prepare(
    `INSERT INTO queue_claim (queue, worker, id, message, nonce, level, alone, fence)
     SELECT ?, ?, key, value, ?, ?, ?, ? + row_number() OVER () FROM json_each(?)`,
  )
  let start = 0
  for (let end = 1; end <= rows.length; end++) {
    const level = (rows[start] as MessageRow).level
    if (rows[end]?.level === level) continue
    const numbers = rows.slice(start, end).map(({ id, number }) => `${JSON.stringify(id)}:${number}`)
    insert.run(state.number, call.worker, call.nonce, level, alone ? 1 : 0, base + start - 1, `{${numbers.join()}}`)
    add(figures.totals.claimed, level, end - start)
    start = end
  }
  for (const [index, { id, number, level, retries, crashes }] of rows.entries()) {
    lease.claims.set(id, { message: number, nonce: call.nonce, level, alone, fence: base + index, tried: retries + crashes > 0 })
  }
  figures.lastFence = base + rows.length - 1
  freeKeys(
    context,
    state,
    rows.map(({ number }) => number),
    's',
  )
}

function inColumns(rows: readonly MessageRow[], lease: Lease | undefined): MessageColumns {
  const claims = rows.map(({ id }) => lease?.claims.get(id))
  return {
    ids: rows.map(({ id }) => id),
    levels: rows.map(({ level }) => level),
    options: rows.map(({ options }) => options),
    payloads: rows.map(({ payload }) => payload),
    createdAtMs: rows.map(({ createdAtMs }) => createdAtMs),
    scheduledForMs: rows.map(({ firstDueMs }) => firstDueMs),
    readyAtMs: rows.map(({ score }) => Math.floor(score / 1_000)),
    retries: rows.map(({ retries }) => retries),
    crashes: rows.map(({ crashes }) => crashes),
    alone: claims.map((claim) => claim?.alone ?? false),
    fences: claims.map((claim) => claim?.fence ?? 0),
  }
}
