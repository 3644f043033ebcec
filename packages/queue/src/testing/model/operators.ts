import { MillraceError } from '@millrace/connection'
import { maxMessagesPerCall } from '../../store/store.ts'
import type { CancelOutcome, PurgeState, RedriveAnswer, Retention, Selection, SliceAnswer } from '../../store/store.ts'
import { resetCrashes } from './settle.ts'
import { publish, wakeForDue, wakeOne } from './signals.ts'
import { at, atByLevel, freeKey, hold, holderOf, move, nextScore, remove } from './state.ts'
import type { At, Entry, Mark, ModelState } from './state.ts'

const dayUs = 86_400_000_000
const maxExplicitIds = 1_000_000

export function cancel(state: ModelState, id: string): CancelOutcome {
  const entry = state.entries.get(id)
  if (!entry) return 'not-found'
  if (entry.place.at === 'completed' || entry.place.at === 'dead') return 'finished'
  const { place } = entry
  remove(state, entry)
  if (place.at !== 'active') return 'removed'
  publish(state, place.worker, { kind: 'cancel', id })
  return 'aborted'
}

export function redrive(
  state: ModelState,
  selection: Selection,
  options: { delayMs?: number; payload?: string; undo?: boolean; skip?: number },
  nowUs: number,
): RedriveAnswer {
  if (options.payload !== undefined && !('ids' in selection && selection.ids.length === 1)) {
    throw new MillraceError('OPTION_INVALID', 'redrive: `payload` goes with exactly one id; nothing changed')
  }
  if (options.undo) {
    const { chosen, more } = select(marked(state), selection)
    for (const entry of chosen) {
      move(entry, { at: 'dead', ...markOf(entry) })
      freeKey(state, entry)
    }
    return { changed: chosen.length, more, blocked: 0 }
  }

  const { chosen: found, more } = select('limit' in selection ? at(state, 'dead').slice(options.skip ?? 0) : at(state, 'dead'), selection)
  const chosen = found.filter((entry) => {
    const holder = entry.dedupe && holderOf(state, entry.dedupe.key, nowUs)
    if (holder !== undefined && holder !== entry.id) return false
    hold(state, entry, nowUs)
    return true
  })
  const due = nowUs + (options.delayMs ?? 0) * 1000
  for (const entry of chosen) {
    const { diedAtMs, reason, terms } = entry.place
    if (due > nowUs) move(entry, { at: 'scheduled', score: due, mark: { diedAtMs, reason, terms } })
    else move(entry, { at: 'ready', score: nextScore(state, entry.level, nowUs) })
    entry.retries = 0
    resetCrashes(entry)
    if (options.payload !== undefined) entry.payload = options.payload
  }
  if (chosen.length > 0 && due > nowUs) wakeForDue(state, due)
  else if (chosen.length > 0) wakeOne(state)
  return { changed: chosen.length, more, blocked: found.length - chosen.length }
}

function marked(state: ModelState): At<'scheduled'>[] {
  return at(state, 'scheduled').filter((entry) => entry.place.mark)
}

function markOf(entry: At<'scheduled'>): Mark {
  if (!entry.place.mark) throw new Error(`${entry.id} was not scheduled by a redrive`)
  return entry.place.mark
}

/** The chosen ones of `from`: by id in the order of the ids, or the first `limit`. */
function select<Kind extends Entry>(from: readonly Kind[], selection: Selection): { chosen: Kind[]; more: boolean } {
  if (!('ids' in selection)) return { chosen: from.slice(0, selection.limit), more: from.length > selection.limit }
  const chosen = [...new Set(selection.ids)].flatMap((id) => from.filter((entry) => entry.id === id))
  return { chosen, more: false }
}

export function promote(state: ModelState, selection: Selection, nowUs: number): SliceAnswer {
  const { chosen, more } = select(atByLevel(state, 'scheduled'), selection)
  for (const entry of chosen) move(entry, { at: 'ready', score: nextScore(state, entry.level, nowUs) })
  if (chosen.length > 0) wakeOne(state)
  return { changed: chosen.length, more }
}

export function purge(state: ModelState, of: PurgeState, limit: number): SliceAnswer {
  const all: Entry[] =
    of === 'waiting' ? [...atByLevel(state, 'ready'), ...atByLevel(state, 'scheduled'), ...at(state, 'suspect')] : [...at(state, of)]
  for (const entry of all.slice(0, limit)) remove(state, entry)
  return { changed: Math.min(limit, all.length), more: all.length > limit }
}

export function trim(state: ModelState, retention: Retention, nowUs: number): SliceAnswer {
  const completed = at(state, 'completed')
  const dead = at(state, 'dead')
  const nowMs = nowUs / 1000
  const leaving: Entry[] = [
    ...completed.filter(
      (entry, index) =>
        completed.length - index > retention.completedCount || nowMs - entry.place.finishedUs / 1000 > retention.completedAgeMs,
    ),
    ...dead.filter((entry, index) => dead.length - index > retention.deadCount || nowMs - entry.place.diedAtMs > retention.deadAgeMs),
  ].slice(0, maxMessagesPerCall)
  for (const entry of leaving) remove(state, entry)

  const ids = [...state.explicit].sort((a, b) => a[1].at - b[1].at)
  const forgotten = ids
    .filter(([, { at: rememberedAt }], index) => rememberedAt < nowUs - dayUs || ids.length - index > maxExplicitIds)
    .slice(0, maxMessagesPerCall - leaving.length)
  for (const [id] of forgotten) state.explicit.delete(id)
  const changed = leaving.length + forgotten.length
  return { changed, more: changed === maxMessagesPerCall }
}

export function progress(
  state: ModelState,
  worker: string,
  id: string,
  nonce: string,
  report: { ratio?: number; note?: string; lines?: readonly string[] },
): 'done' | 'stale' {
  const entry = state.entries.get(id)
  if (entry?.place.at !== 'active' || entry.place.worker !== worker || entry.place.nonce !== nonce) return 'stale'
  if (report.ratio !== undefined || report.note !== undefined) {
    entry.progress = { ratio: report.ratio ?? entry.progress?.ratio ?? 0, note: report.note ?? null }
  }
  entry.log = [...entry.log, ...(report.lines ?? [])].slice(-100)
  return 'done'
}

/** What resume does beyond the flag. */
export function resume(state: ModelState): void {
  state.paused = false
  wakeOne(state)
}
