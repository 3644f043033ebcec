import { MillraceError } from '@millrace/connection'
import type { ProcedureContext } from '@millrace/connection'
import type { RedriveAnswer, Selection } from '../../store.ts'
import { parseStored } from '../corrupt-record.ts'
import { takeKeyAgain } from '../dedupe-keys.ts'
import { locate } from '../locate.ts'
import { placeWaiting, schedule, unschedule } from '../places.ts'
import { nextScore, queueState, touch } from '../queue-state.ts'
import type { QueueState } from '../queue-state.ts'
import { bury, die } from '../retention.ts'
import { wakeForDue, wakeOne } from '../signals.ts'
export { prepare } from '../schema.ts'

export interface RedriveCall {
  readonly queue: string
  readonly selection: Selection
  readonly delayMs: number
  readonly payload: string | null
  readonly undo: boolean
  /** Dead messages to pass over, the oldest. */
  readonly skip: number
}

/** What a message was when it was dead, as `queue_scheduled.mark` keeps it. */
interface Mark {
  readonly diedAtMs: number
  readonly reason: string
  readonly terms: readonly string[]
}

interface Dead extends Mark {
  readonly id: string
  readonly message: number
  readonly level: number
}

interface Marked extends Dead {
  readonly score: number
}

/** dead → ready or scheduled, or with `undo` back again. O((m + terms) log n). */
export function run(context: ProcedureContext, call: RedriveCall): RedriveAnswer {
  const { selection, payload } = call
  if (payload !== null && !('ids' in selection && selection.ids.length === 1)) {
    throw new MillraceError('OPTION_INVALID', 'redrive: `payload` goes with exactly one id; nothing changed')
  }
  const state = queueState(context, call.queue)
  return call.undo ? undo(context, state, selection) : redrive(context, state, call)
}

function redrive(context: ProcedureContext, state: QueueState, call: RedriveCall): RedriveAnswer {
  const { selection, skip } = call
  const { chosen: found, more } = 'ids' in selection ? byIds(context, state, selection.ids) : oldest(context, state, selection.limit, skip)
  const chosen = found.filter((dead) => takeKeyAgain(context, state, dead))
  const blocked = found.length - chosen.length
  if (chosen.length === 0) return { changed: 0, more, blocked }
  touch(context, state)
  const nowUs = context.nowUs()
  const dueUs = nowUs + Math.round(call.delayMs * 1_000)
  const restart = context.database.prepare(
    `UPDATE queue_message SET score = ?, retries = 0, crashes = 0, alone_crashes = 0, payload = coalesce(?, payload)
     WHERE number = ?`,
  )
  if (call.payload !== null) state.figures.longest = Math.max(state.figures.longest, call.payload.length)
  for (const { id, message, level, diedAtMs, reason, terms } of chosen) {
    bury(context, state, { id, diedAtMs, terms: JSON.stringify(terms) })
    const scoreUs = dueUs > nowUs ? dueUs : nextScore(state.figures, level, nowUs)
    restart.run(scoreUs, call.payload, message)
    const mark: Mark = { diedAtMs, reason, terms }
    if (dueUs > nowUs) schedule(context, state, { id, message, level, scoreUs, mark: JSON.stringify(mark) })
    else placeWaiting(context, state, 'ready', [{ id, message, level }])
  }
  if (dueUs > nowUs) wakeForDue(context, state, dueUs)
  else wakeOne(context, state)
  return { changed: chosen.length, more, blocked }
}

function undo(context: ProcedureContext, state: QueueState, selection: Selection): RedriveAnswer {
  const { chosen, more } = 'ids' in selection ? markedByIds(context, state, selection.ids) : firstMarked(context, state, selection.limit)
  if (chosen.length > 0) touch(context, state)
  for (const message of chosen) {
    unschedule(context, state, message.level, message)
    die(context, state, message)
  }
  return { changed: chosen.length, more, blocked: 0 }
}

function oldest(context: ProcedureContext, state: QueueState, limit: number, skip: number): { chosen: Dead[]; more: boolean } {
  const rows = context.database
    .prepare(
      'SELECT id, message, level, died_at_ms, reason, terms FROM queue_dead WHERE queue = ? ORDER BY died_at_ms, id LIMIT ? OFFSET ?',
    )
    .all(state.number, limit, skip)
  const chosen = rows.map((row): Dead => {
    const what = `Dead message ${String(row['id'])} in queue ${state.name}`
    return {
      id: String(row['id']),
      message: Number(row['message']),
      level: Number(row['level']),
      diedAtMs: Number(row['died_at_ms']),
      reason: parseStored(row['reason'], what),
      terms: parseStored(row['terms'], what),
    }
  })
  return { chosen, more: state.figures.counts.dead > skip + limit }
}

function byIds(context: ProcedureContext, state: QueueState, ids: readonly string[]): { chosen: Dead[]; more: boolean } {
  const chosen = [...new Set(ids)].flatMap((id): Dead[] => {
    const found = locate(context, state, id)
    if (found?.at !== 'dead') return []
    const what = `Dead message ${id} in queue ${state.name}`
    const { number, level, diedAtMs } = found
    return [{ id, message: number, level, diedAtMs, reason: parseStored(found.reason, what), terms: parseStored(found.terms, what) }]
  })
  return { chosen, more: false }
}

function firstMarked(context: ProcedureContext, state: QueueState, limit: number): { chosen: Marked[]; more: boolean } {
  const rows = context.database
    .prepare('SELECT id, message, level, score, mark FROM queue_scheduled WHERE queue = ? AND mark IS NOT NULL ORDER BY score, id LIMIT ?')
    .all(state.number, limit + 1)
  const chosen = rows.slice(0, limit).map((row): Marked => {
    const id = String(row['id'])
    return {
      id,
      message: Number(row['message']),
      level: Number(row['level']),
      score: Number(row['score']),
      ...readMark(state, id, row['mark']),
    }
  })
  return { chosen, more: rows.length > limit }
}

function markedByIds(context: ProcedureContext, state: QueueState, ids: readonly string[]): { chosen: Marked[]; more: boolean } {
  const chosen = [...new Set(ids)].flatMap((id): Marked[] => {
    const found = locate(context, state, id)
    if (found?.at !== 'scheduled' || found.mark === null) return []
    return [{ id, message: found.number, level: found.level, score: found.score, ...readMark(state, id, found.mark) }]
  })
  return { chosen, more: false }
}

function readMark(state: QueueState, id: string, mark: unknown): Mark {
  return parseStored<Mark>(mark, `The mark of message ${id} in queue ${state.name}`)
}
