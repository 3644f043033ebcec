import type { ProcedureContext } from '@millrace/connection'
import type { DedupeRule } from '../store.ts'
import { holderOf } from './dedupe-keys.ts'
import type { Holder } from './dedupe-keys.ts'
import { findMessage } from './message-rows.ts'
import { schedule, takeReadyOne, unschedule } from './places.ts'
import type { EnqueueCall } from './procedures/enqueue.ts'
import type { QueueState } from './queue-state.ts'

/** What a waiting holder takes over from later messages. */
interface Change {
  readonly place: Waiting
  payload: string
  options: string
  dueUs: number | null
}

interface Waiting {
  readonly number: number
  readonly id: string
  readonly level: number
  readonly score: number
  /** null: it is ready. */
  readonly scheduled: { readonly mark: string | null } | null
}

/** What the dedupe keys of a frame come to. */
export interface KeyVerdict {
  /** The frame, in which holders of its own have what later messages of it brought. */
  readonly call: EnqueueCall
  readonly statuses: string
  /** In order of the messages that were not stored. */
  readonly holders: readonly string[]
  readonly takers: readonly { readonly id: string; readonly rule: DedupeRule }[]
  readonly changes: readonly Change[]
}

/** When a message is due, µs; `nowUs` or less is now. */
export function dueUsOf(special: { readonly delayMs: number; readonly scheduledForMs: number | null }, nowUs: number): number {
  return special.scheduledForMs === null ? nowUs + Math.round(special.delayMs * 1_000) : Math.round(special.scheduledForMs * 1_000)
}

/** Which keys are held, message by message in the order of the frame. Changes nothing. O(keyed · log n). */
export function decideKeys(context: ProcedureContext, state: QueueState, given: EnqueueCall, statuses: string): KeyVerdict {
  if (!given.special.some(({ dedupe }) => dedupe)) return { call: given, statuses, holders: [], takers: [], changes: [] }
  const nowUs = context.nowUs()
  const [payloads, options, special] = [[...given.payloads], [...given.options], [...given.special]]
  const letters = Array.from(statuses)
  const holders: string[] = []
  /** Position in `special` of those that take a key in this frame. */
  const taken = new Map<string, number>()
  const changes = new Map<number, Change>()
  for (const [position, each] of special.entries()) {
    const { index, dedupe } = each
    if (!dedupe) continue
    const mine = taken.get(dedupe.key)
    const other = mine === undefined ? holderOf(context, state, dedupe.key) : undefined
    if (mine === undefined && !other) {
      taken.set(dedupe.key, position)
      continue
    }
    const dueUs = dueUsOf(each, nowUs)
    const later = { payload: payloads[index] as string, options: options[index] as string, dueUs: dueUs > nowUs ? dueUs : null }
    letters[index] = 'k'
    const first = mine === undefined ? undefined : special[mine]
    holders.push(first ? (given.ids[first.index] as string) : (other as Holder).id)
    if (!dedupe.replace) continue
    if (first && mine !== undefined) {
      payloads[first.index] = later.payload
      options[first.index] = later.options
      if (later.dueUs !== null) special[mine] = { ...first, delayMs: 0, scheduledForMs: later.dueUs / 1_000 }
      letters[index] = 'r'
    } else if (other) {
      const known = changes.get(other.message)
      const place = known?.place ?? waitingPlace(context, state, other)
      if (!place) continue
      changes.set(other.message, { place, ...later, dueUs: later.dueUs ?? known?.dueUs ?? null })
      letters[index] = 'r'
    }
  }
  const takers = [...taken.values()].map((position) => {
    const { index, dedupe } = special[position] as (typeof special)[number]
    return { id: given.ids[index] as string, rule: dedupe as DedupeRule }
  })
  const call = { ...given, payloads, options, special }
  return { call, statuses: letters.join(''), holders, takers, changes: [...changes.values()] }
}

/** Where a holder waits; undefined when it runs, is a suspect, or is done. */
function waitingPlace(context: ProcedureContext, state: QueueState, { id, message }: Holder): Waiting | undefined {
  const row = findMessage(context, state, id)
  if (row?.number !== message) return undefined
  const at = [state.number, row.level, row.score, id] as const
  const { number, level, score } = row
  const { database } = context
  if (database.prepare('SELECT 1 FROM queue_ready WHERE queue = ? AND level = ? AND score = ? AND id = ?').get(...at)) {
    return { number, id, level, score, scheduled: null }
  }
  const scheduled = database.prepare('SELECT mark FROM queue_scheduled WHERE queue = ? AND level = ? AND score = ? AND id = ?').get(...at)
  if (!scheduled) return undefined
  return { number, id, level, score, scheduled: { mark: scheduled['mark'] === null ? null : String(scheduled['mark']) } }
}

/** Gives holders what later messages brought; answers the new due times, µs. O(changes · log n). */
export function applyChanges(context: ProcedureContext, state: QueueState, changes: readonly Change[]): number[] {
  const dueTimes: number[] = []
  for (const { place, payload, options, dueUs } of changes) {
    const { number, id, level, score, scheduled } = place
    context.database
      .prepare(
        `UPDATE queue_message SET payload = ?, options = ?, score = coalesce(?, score), first_due_ms = coalesce(?, first_due_ms)
         WHERE number = ?`,
      )
      .run(payload, options === '' ? null : options, dueUs, dueUs === null ? null : Math.floor(dueUs / 1_000), number)
    state.figures.longest = Math.max(state.figures.longest, payload.length)
    if (dueUs === null) continue
    if (scheduled) unschedule(context, state, level, { score, id })
    else takeReadyOne(context, state, level, { score, id })
    schedule(context, state, { id, message: number, level, scoreUs: dueUs, mark: scheduled?.mark ?? null })
    dueTimes.push(dueUs)
  }
  return dueTimes
}
