import { levels } from '../../message.ts'
import type { MessageState } from '../../message.ts'
import type { AttemptRecord, StoredMessage, StoreStats } from '../store.ts'
import { decodeRecord, decodeState } from './codec.ts'

/** One message as `inspect.lua` answers it. */
export type RawMessage = readonly [
  id: string,
  state: MessageState,
  at: string | null,
  worker: string | null,
  reason: string | null,
  record: string,
  stateText: string | null,
  value: string | null,
  ratio: string | null,
  note: string | null,
  lines: readonly string[],
  attempts: readonly (string | null)[],
]

export function decodeMessage(raw: RawMessage): StoredMessage {
  const [id, state, at, worker, reason, record, stateText, value, ratio, note, log, attempts] = raw
  const { level, options, payload, createdAtMs, scheduledForMs } = decodeRecord(record)
  const { retries, crashes } = stateText === null ? { retries: 0, crashes: 0 } : decodeState(stateText)
  return {
    id,
    state,
    level,
    options,
    payload,
    createdAtMs,
    scheduledForMs,
    atMs: atMsOf(state, at),
    retries,
    crashes,
    worker,
    reason,
    value,
    progress: ratio === null ? null : { ratio: Number(ratio), note },
    attempts: attempts.flatMap((attempt) => (attempt === null ? [] : decodeAttempt(attempt))),
    log,
  }
}

function decodeAttempt(text: string): AttemptRecord[] {
  try {
    return [JSON.parse(text) as AttemptRecord]
  } catch {
    return []
  }
}

/** Due times are in µs, times of death in ms, ends of completed messages in tenths of a second. */
function atMsOf(state: MessageState, at: string | null): number | null {
  if (at === null || at === '') return null
  if (state === 'scheduled') return Math.floor(Number(at) / 1000)
  return state === 'completed' ? Number(at) * 100 : Number(at)
}

/** What `stats.lua` answers. */
export type RawStats = readonly [
  now: string,
  totals: readonly (string | null)[],
  marks: readonly string[],
  dead: number,
  workers: number,
  suspects: number,
  ...levels: (number | string)[],
]

const perLevel = 7

export function decodeStats(raw: RawStats): StoreStats {
  const [now, texts, marks, dead, workers, suspects, ...rest] = raw
  const nowUs = Number(now)
  const [enqueued = 0, completed = 0, retried = 0, died = 0, removed = 0, stale = 0, crashed = 0, ...more] = texts.map(Number)
  const [claimed, active = 0, kept = 0, paused = 0] = [more.slice(0, 4), ...more.slice(4)]
  const earlier = earlierTotals(nowUs, marks) ?? [enqueued, completed, retried, died, ...claimed]
  const perSecond = (total: number, mark: number | undefined) => (total - (mark ?? total)) / 60

  const figures = levels.map((level, index) => {
    const [ready = 0, due = 0, waiting = 0, suspected = 0, ...oldest] = rest.slice(index * perLevel, (index + 1) * perLevel).map(toNumber)
    const [oldestReady = Infinity, oldestScheduled = Infinity, oldestSuspect = Infinity] = oldest
    const all = ready + due + suspected
    const first = Math.min(oldestReady, due > 0 ? oldestScheduled : Infinity, oldestSuspect)
    return {
      level,
      ready: all,
      scheduled: waiting - due,
      oldestAgeMs: all === 0 ? null : Math.max(0, Math.floor((nowUs - first) / 1000)),
      claimedLastMinute: (claimed[index] ?? 0) - (earlier[4 + index] ?? 0),
    }
  })
  const sum = (of: 'ready' | 'scheduled') => figures.reduce((total, one) => total + one[of], 0)
  return {
    nowMs: Math.floor(nowUs / 1000),
    paused: paused === 1,
    counts: { ready: sum('ready'), scheduled: sum('scheduled'), active, completed: kept, dead },
    levels: figures,
    totals: { enqueued, completed, retried, dead: died, removed, stale, crashed },
    perSecond: {
      enqueued: perSecond(enqueued, earlier[0]),
      completed: perSecond(completed, earlier[1]),
      failed: perSecond(retried + died, (earlier[2] ?? 0) + (earlier[3] ?? 0)),
    },
    workers,
    suspects,
  }
}

/** A figure or score; nothing is infinitely far. */
function toNumber(figure: number | string): number {
  return figure === '' ? Infinity : Number(figure)
}

/** The oldest mark of the last seven slots of 10 s: what the totals were about a minute ago. */
function earlierTotals(nowUs: number, marks: readonly string[]): number[] | undefined {
  const from = Math.floor(nowUs / 10_000_000) - 6
  let found: { slot: number; totals: string } | undefined
  for (let index = 0; index < marks.length; index += 2) {
    const slot = Number(marks[index])
    if (slot >= from && (!found || slot < found.slot)) found = { slot, totals: marks[index + 1] ?? '' }
  }
  return found?.totals.split(' ').map(Number)
}
