import { levels } from '../../message.ts'
import type { Level, MessageOptions } from '../../message.ts'
import type { AttemptRecord, DedupeRule, EnqueueStatus, Outcome, WorkerSignal } from '../../store/store.ts'

/** What a dead message takes along when a redrive schedules it, so that the redrive can be undone. */
export interface Mark {
  readonly diedAtMs: number
  readonly reason: string
  readonly terms: readonly string[]
}

/** Where a message is, with what that place needs to know. Scores and due times are µs since 1970. */
export type Place =
  | { readonly at: 'ready' | 'suspect'; readonly score: number }
  | { readonly at: 'scheduled'; readonly score: number; readonly mark?: Mark }
  | {
      readonly at: 'active'
      readonly score: number
      readonly worker: string
      readonly nonce: string
      readonly alone: boolean
      readonly fence: number
    }
  | { readonly at: 'completed'; readonly order: number; readonly finishedUs: number }
  | ({ readonly at: 'dead' } & Mark)

/** One message, whatever happened to it. */
export interface Entry {
  readonly id: string
  readonly level: Level
  options: MessageOptions | undefined
  readonly createdAtMs: number
  scheduledForMs: number | null
  payload: string
  readonly dedupe: DedupeRule | undefined
  place: Place
  retries: number
  crashes: number
  aloneCrashes: number
  attempts: AttemptRecord[]
  value: string | null
  progress: { ratio: number; note: string | null } | null
  log: string[]
}

export type At<Where extends Place['at']> = Entry & { place: Extract<Place, { at: Where }> }

/** What only grows: the counters of `stats().totals`, and the messages given out a level. */
export interface Totals {
  enqueued: number
  completed: number
  retried: number
  dead: number
  removed: number
  stale: number
  crashed: number
  claimed: Record<Level, number>
}

interface Lease {
  /** µs since 1970. */
  deadline: number
  number: number
  nonce: string
  outcomes: readonly Outcome[]
}

interface Producer {
  floor: number
  seenAt: number
  readonly answers: Map<number, readonly EnqueueStatus[]>
}

/** Everything one queue of the model knows. Several stores may share it, as several processes share a server. */
export interface ModelState {
  readonly entries: Map<string, Entry>
  /** Explicit id → the payload it came with, and when (µs). */
  readonly explicit: Map<string, { readonly payload: string; readonly at: number }>
  /** Dedupe key → who holds it, and for a window until when (µs). */
  readonly keys: Map<string, { readonly owner: string; readonly until: number | null }>
  readonly producers: Map<string, Producer>
  readonly leases: Map<string, Lease>
  /** Idle worker → when it registered, µs. */
  readonly idle: Map<string, number>
  readonly listeners: Map<string, Set<(signal: WorkerSignal) => void>>
  readonly last: Record<Level, number>
  readonly totals: Totals
  /** Slot of 10 s → totals before its first call. */
  readonly marks: Map<number, Totals>
  position: number
  lastFence: number
  finished: number
  aloneWorker: string | null
  timer: { readonly worker: string; readonly at: number } | null
  paused: boolean
  settings: string | undefined
}

export function emptyState(): ModelState {
  return {
    entries: new Map(),
    explicit: new Map(),
    keys: new Map(),
    producers: new Map(),
    leases: new Map(),
    idle: new Map(),
    listeners: new Map(),
    last: { urgent: 0, high: 0, normal: 0, low: 0 },
    totals: {
      enqueued: 0,
      completed: 0,
      retried: 0,
      dead: 0,
      removed: 0,
      stale: 0,
      crashed: 0,
      claimed: { urgent: 0, high: 0, normal: 0, low: 0 },
    },
    marks: new Map(),
    position: 0,
    lastFence: 0,
    finished: 0,
    aloneWorker: null,
    timer: null,
    paused: false,
    settings: undefined,
  }
}

/** Compares as bytes of UTF-8 do; ids are ASCII, where that is the order of code units. */
export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** All messages at one place, in the order of that place: by score then id; completed by end; dead by time of death then id; active by worker then id. */
export function at<Where extends Place['at']>(state: ModelState, where: Where): At<Where>[] {
  const found = [...state.entries.values()].filter((entry) => entry.place.at === where)
  return found.sort((a, b) => byPlace(a.place, b.place) || byBytes(a.id, b.id)) as At<Where>[]
}

function byPlace(a: Place, b: Place): number {
  if (a.at === 'active' && b.at === 'active') return byBytes(a.worker, b.worker)
  if (a.at === 'completed' && b.at === 'completed') return a.order - b.order
  if (a.at === 'dead' && b.at === 'dead') return a.diedAtMs - b.diedAtMs
  if ('score' in a && 'score' in b) return a.score - b.score
  return 0
}

/** The same as `at`, level by level, urgent first. */
export function atByLevel<Where extends 'ready' | 'scheduled'>(state: ModelState, where: Where): At<Where>[] {
  const found = at(state, where)
  return levels.flatMap((level) => found.filter((entry) => entry.level === level))
}

/** What `worker` holds, by id. */
export function heldBy(state: ModelState, worker: string): At<'active'>[] {
  return at(state, 'active').filter((entry) => entry.place.worker === worker)
}

/** A score of its own at the end of a level. */
export function nextScore(state: ModelState, level: Level, nowUs: number): number {
  const score = Math.max(nowUs, state.last[level] + 1)
  state.last[level] = score
  return score
}

/** Puts a message elsewhere. */
export function move(entry: Entry, place: Place): void {
  entry.place = place
}

/** Takes a message out for good. */
export function remove(state: ModelState, entry: Entry): void {
  // What was done keeps its window.
  if (entry.place.at !== 'completed') freeKey(state, entry)
  state.entries.delete(entry.id)
  state.totals.removed += 1
}

/** The message that holds a dedupe key; a window that is over has none. */
export function holderOf(state: ModelState, key: string, nowUs: number): string | undefined {
  const held = state.keys.get(key)
  return held && (held.until === null || held.until > nowUs) ? held.owner : undefined
}

/** The message holds its key from now on. */
export function hold(state: ModelState, { id, dedupe }: Entry, nowUs: number): void {
  if (dedupe) state.keys.set(dedupe.key, { owner: id, until: dedupe.until === 'window' ? nowUs + dedupe.windowMs * 1000 : null })
}

/** Frees the key that a message holds, whatever its lifetime or of one of these lifetimes. */
export function freeKey(state: ModelState, { id, dedupe }: Entry, of?: readonly DedupeRule['until'][]): void {
  if (!dedupe || (of && !of.includes(dedupe.until))) return
  if (state.keys.get(dedupe.key)?.owner === id) state.keys.delete(dedupe.key)
}

/** Remembers the totals before the first call of each slot of 10 s, for seven slots. */
export function remark(state: ModelState, nowUs: number): void {
  const slot = Math.floor(nowUs / 10_000_000)
  if (!state.marks.has(slot)) state.marks.set(slot, { ...state.totals, claimed: { ...state.totals.claimed } })
  for (const old of state.marks.keys()) if (old < slot - 6) state.marks.delete(old)
}

/** Forgets a worker: its lease, its registration, and that suspects run alone in it. */
export function forgetWorker(state: ModelState, worker: string): void {
  state.leases.delete(worker)
  state.idle.delete(worker)
  if (state.aloneWorker === worker) state.aloneWorker = null
}
