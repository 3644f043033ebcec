/**
 * THE CONTRACT between the engine and a store. One verb has one name here, in `redis/lua/<verb>.lua`, in
 * `embedded/procedures/<verb>.ts` and in `../testing/contract/<verb>.ts`. Except: on Redis `settle` is the script of `claim` with limit 0,
 * `listen` is a subscription, and `inspect` has `stats`, `settings` and `workers` beside it; `resume` is tested with `pause`.
 *
 * Rules that hold for every verb:
 * - One call is atomic: all of it happened or none of it, and a refusal comes before the first write.
 * - Time is the store's own (µs since 1970, read once a call). No caller's clock decides anything.
 * - A call may be repeated with equal arguments (a lost answer) and gives an equal answer.
 * - Work in one call is bounded: ≤ 250 messages, ≤ 256 KiB of records (a larger single message goes alone).
 * - Every verb but `enqueue` works on a full store.
 * - Outages reject with STORE_UNAVAILABLE: the outcome is unknown, repeating is safe.
 */
import type { Level, MessageOptions, MessageState } from '../message.ts'
import type { DedupeRule } from './dedupe-rule.ts'

export type { DedupeRule } from './dedupe-rule.ts'

/** At most this many messages in one call of any verb. */
export const maxMessagesPerCall = 250
/** At most this many bytes of records in one call, unless a single message is larger. */
export const maxBytesPerCall = 256 * 1024

// ── enqueue ──────────────────────────────────────────────────────────────────

export interface NewMessage {
  /** Made by `IdSource` (14 characters, ascending) or given by the caller (`explicit`). */
  readonly id: string
  readonly explicit: boolean
  readonly level: Level
  /** Delay from the store's now, ms; 0 is due at once. */
  readonly delayMs: number
  /** Due time, ms since 1970, compared with the store's clock; the past means now. null: `delayMs` decides. */
  readonly scheduledForMs: number | null
  readonly options: MessageOptions | undefined
  /** JSON text; opaque to the store. */
  readonly payload: string
  /** Never of an `explicit` one. */
  readonly dedupe?: DedupeRule
}

/** Messages gathered by one producer into one call, under a number of its own. */
export interface EnqueueFrame {
  /** Random, one a producer object: 11 base64url characters. */
  readonly producer: string
  /** 1, 2, 3 …; names the frame when it is repeated. */
  readonly number: number
  /** The lowest number this producer still waits for; the store forgets what it knows of lower ones. An hour without a frame forgets the producer. */
  readonly lowestUnanswered: number
  /** 1…250, generated ids ascending. */
  readonly messages: readonly NewMessage[]
  /** Refuse when ready + scheduled would exceed it; 0 is no limit. */
  readonly maxLength: number
  /** True when the sender's own idle worker claims right behind this frame: no worker is woken. */
  readonly wakeNobody: boolean
}

/** `duplicate`: an equal message with this explicit id was taken before (remembered 24 h or 1,000,000 a queue). `conflict`: the id was taken with another payload; nothing was stored for it. */
export type EnqueueStatus = 'added' | 'duplicate' | 'conflict' | KeyHeld

/** Not stored: another message holds its dedupe key. */
export interface KeyHeld {
  /** That message's id, which is known of a window even when the message itself is gone. */
  readonly owner: string
  /** That message now has this one's payload and options. */
  readonly replaced: boolean
}

// ── claim, settle, release ───────────────────────────────────────────────────

/** The outcome of one attempt, sent with the nonce of the claim it belongs to. */
export type Result = { readonly id: string; readonly nonce: string } & (
  | { readonly kind: 'done'; /** JSON text ≤ 16 KiB */ readonly value?: string }
  /** Failed: waits `delayMs`, then ready again. `attempt` is an `AttemptRecord` as JSON. */
  | { readonly kind: 'failed'; readonly delayMs: number; readonly attempt: string }
  /** Given up. `terms` are the index terms (`name:…`, `tag:…`, `error:<fingerprint>`). */
  | { readonly kind: 'dead'; readonly reason: string; readonly attempt: string; readonly terms: readonly string[] }
  /** Handed back unspent: ready again at its old place. */
  | { readonly kind: 'released' }
)

/** One finished attempt as it is stored, newest last, at most 20 a message; ≤ 4 KiB of error. */
export interface AttemptRecord {
  readonly attempt: number
  readonly worker: string
  readonly startedAtMs: number
  readonly runMs: number
  readonly error: { readonly name: string; readonly message: string; readonly stack?: string }
}

/** How much of finished messages is kept. */
export interface Retention {
  /** @defaultValue 1000 */
  readonly completedCount: number
  /** @defaultValue 3_600_000 */
  readonly completedAgeMs: number
  /** @defaultValue 10_000 */
  readonly deadCount: number
  /** @defaultValue 30 days */
  readonly deadAgeMs: number
}

export interface SettleCall {
  /** Names the claiming worker; it holds one lease. 14 characters. */
  readonly worker: string
  /** 1, 2, 3 … a worker; one call in flight. A repeated call has the same number and nonce. */
  readonly number: number
  /** 64 random bits as 11 base64url characters: names this call, and its claims. */
  readonly nonce: string
  /** Earlier claims' outcomes, ≤ 250. */
  readonly results: readonly Result[]
  /** The lease is prolonged to now + leaseMs by every call. */
  readonly leaseMs: number
  readonly retention: Retention
}

export interface ClaimCall extends SettleCall {
  /** How many messages at most, 0…250. */
  readonly limit: number
  /** Register as idle (to be woken) if fewer than `limit` messages were had and nothing is left ready. */
  readonly idle: boolean
  /** The order of turns between levels; see policy/shares.ts. */
  readonly turns: Turns
}

/** Level indexes (0 urgent … 3 low) in the order in which levels get their turn, e.g. 15 entries for 8:4:2:1; empty = strict, highest first. */
export type Turns = readonly number[]

/** `done`: taken now. `replayed`: taken by an earlier try of this same call. `stale`: the claim is no longer this worker's; nothing changed, counted. */
export type Outcome = 'done' | 'replayed' | 'stale'

export interface ClaimedMessage {
  readonly id: string
  readonly level: Level
  readonly options: MessageOptions | undefined
  readonly payload: string
  readonly createdAtMs: number
  /** First due time if it was scheduled at enqueue, ms; else null. */
  readonly scheduledForMs: number | null
  /** When it became ready to run (for the wait time), ms. */
  readonly readyAtMs: number
  readonly retries: number
  readonly crashes: number
  /** True: a suspect that must run alone in this worker. */
  readonly alone: boolean
  /** Rises with every claim of the queue (max(last + 1, µs)), for the handler's own writes. ≤ 2^53. */
  readonly fence: number
}

export interface SettleAnswer {
  /** One per result, same order. */
  readonly outcomes: readonly Outcome[]
  /** True: the lease was lost (the worker was rescued); every result is stale, nothing is claimed, and the worker must go on under a new id. */
  readonly leaseLost: boolean
}

export interface ClaimAnswer extends SettleAnswer {
  /** In the order they must run. */
  readonly messages: readonly ClaimedMessage[]
  /** The store's time of the call, ms: when these messages were claimed. */
  readonly claimedAtMs: number
  readonly paused: boolean
  /** True: a suspect waits for this worker to run empty; claim again when its last attempt is settled. Nothing else is given meanwhile. */
  readonly drain: boolean
  /** True: this worker is registered as idle and will be woken. */
  readonly idle: boolean
  /** Ready messages are left: the caller may claim again at once. */
  readonly more: boolean
  /** Arm a timer for this many ms and claim then (the next due message); null: another worker has that timer or nothing is due. */
  readonly dueInMs: number | null
  /** Call `rescue` in this many ms, the next lease end of another worker; null: none, or not in this (full) answer. */
  readonly leaseEndInMs: number | null
}

export interface ReleaseAnswer {
  readonly released: number
  /** Claims this worker still holds; at 0 its lease and registration are gone. */
  readonly remaining: number
}

// ── leases ───────────────────────────────────────────────────────────────────

export interface RenewAnswer {
  /** False: the lease was lost; the worker must abort its attempts and take a new id. */
  readonly held: boolean
  readonly dueInMs: number | null
  readonly leaseEndInMs: number | null
}

export interface RescueAnswer {
  /** Workers found dead. */
  readonly workers: number
  readonly redelivered: number
  readonly suspects: number
  readonly dead: number
  /** More is left; call again. */
  readonly more: boolean
}

// ── operators ────────────────────────────────────────────────────────────────

/** `removed`: it waited, now gone. `aborted`: it was active; its claim is gone and its worker is told. `finished`: completed or dead, unchanged. */
export type CancelOutcome = 'removed' | 'aborted' | 'finished' | 'not-found'

export interface SliceAnswer {
  /** Messages changed by this call. */
  readonly changed: number
  /** More is left; call again. */
  readonly more: boolean
}

export type PurgeState = 'waiting' | 'dead' | 'completed'

export interface RedriveAnswer extends SliceAnswer {
  /** Messages that stay dead because another one holds their dedupe key. */
  readonly blocked: number
}

/** Ids, or the oldest ones. ≤ 250 a call. */
export type Selection = { readonly ids: readonly string[] } | { readonly limit: number }

// ── reading ──────────────────────────────────────────────────────────────────

export interface LevelCounts {
  readonly level: Level
  /** Due ones that nobody promoted yet count as ready. */
  readonly ready: number
  readonly scheduled: number
  /** How long the oldest ready message has waited, ms; null when none is ready. */
  readonly oldestAgeMs: number | null
  /** Messages given out in the last minute. */
  readonly claimedLastMinute: number
}

export interface StoreStats {
  /** The store's time of this reading, ms. */
  readonly nowMs: number
  readonly paused: boolean
  readonly counts: {
    readonly ready: number
    readonly scheduled: number
    readonly active: number
    readonly completed: number
    readonly dead: number
  }
  readonly levels: readonly LevelCounts[]
  /** Since the queue exists; `enqueued = ready + scheduled + active + completed + dead + removed` (I1). `retried`: failed attempts that were scheduled again. */
  readonly totals: {
    readonly enqueued: number
    readonly completed: number
    readonly retried: number
    readonly dead: number
    readonly removed: number
    readonly stale: number
    readonly crashed: number
  }
  /** Means over the last 60 s, from marks the store keeps every 10 s. */
  readonly perSecond: { readonly enqueued: number; readonly completed: number; readonly failed: number }
  /** Workers with a lease that has not ended. */
  readonly workers: number
  readonly suspects: number
}

export interface StoredMessage {
  readonly id: string
  readonly state: MessageState
  readonly level: Level
  readonly options: MessageOptions | undefined
  readonly payload: string
  readonly createdAtMs: number
  readonly scheduledForMs: number | null
  /** Next due time (scheduled), end (completed, dead), ms; null otherwise or when no longer known. */
  readonly atMs: number | null
  readonly retries: number
  readonly crashes: number
  readonly worker: string | null
  readonly reason: string | null
  readonly value: string | null
  readonly progress: { readonly ratio: number; readonly note: string | null } | null
  readonly attempts: readonly AttemptRecord[]
  readonly log: readonly string[]
}

export interface MessageQuery {
  readonly state: MessageState
  readonly level?: Level
  /** One index term, dead messages only: `name:…`, `tag:…`, `error:…`. */
  readonly term?: string
  /** From the previous page. */
  readonly cursor?: string
  /** 1…250. */
  readonly limit: number
}

export interface MessagePage {
  readonly messages: readonly StoredMessage[]
  /** Absent on the last page. */
  readonly cursor?: string
  /** True when only the newest 10,000 were looked at. */
  readonly truncated: boolean
}

/** A word for a worker, pushed while it listens. */
export type WorkerSignal = { readonly kind: 'wake' } | { readonly kind: 'cancel'; readonly id: string }

/** One queue's store. Costs are commands on the server; n is the queue's length, m the messages of the call. */
export interface Store {
  readonly queue: string

  /**
   * Takes a frame. Order: one score a level, max(time in µs, the level's last score + 1); ids ascend within it; an explicit id takes a
   * score of its own; a scheduled message takes its due time and moves no score. Dedupe keys are taken and looked at in the order of the
   * messages, as if each came in a frame of its own.
   * @returns one status a message, same order
   * @throws QUEUE_FULL, STORE_FULL  nothing of this frame was stored
   * @cost O(m · log n)
   */
  enqueue(frame: EnqueueFrame): Promise<readonly EnqueueStatus[]>

  /**
   * Settles results and claims the next messages, shares between levels by `turns`, first in first out within one. Promotes up to 250
   * due messages first. What it makes ready and leaves (handed back, or due while nothing was asked for) wakes one idle worker. Never an error for the whole on a paused queue, with limit 0, on a full store or after a lost lease.
   * @throws CALL_OUTDATED  a higher number was already answered; nothing changed
   * @cost O((results + m) · log n)
   */
  claim(call: ClaimCall): Promise<ClaimAnswer>

  /** `claim` with limit 0: settles and prolongs the lease. */
  settle(call: SettleCall): Promise<SettleAnswer>

  /** Hands back what this worker holds (≤ 250 a call) at its old place, without an attempt, and ends its lease with the last of them. */
  release(worker: string): Promise<ReleaseAnswer>

  /** Prolongs one lease. O(log workers). */
  renew(worker: string, leaseMs: number): Promise<RenewAnswer>

  /** `renew` every second from a thread of its own until stopped; the main thread may be blocked up to `maxStallMs`. */
  keepRenewing(
    worker: string,
    options: { leaseMs: number; maxStallMs: number; onAnswer: (answer: RenewAnswer) => void; onError: (error: unknown) => void },
  ): { stop(): Promise<void> }

  /**
   * Gives back the messages of workers whose lease ended: the first crash redelivers at the old place, from the second on the message is
   * suspect and runs alone, the second crash alone makes it dead with reason `crashed`. ≤ 10 workers and 250 messages a call.
   * After the store itself was away (another run id, or the caller's connection failed > 5 s) every lease first gets one full `leaseMs`.
   */
  rescue(leaseMs: number): Promise<RescueAnswer>

  cancel(id: string): Promise<CancelOutcome>

  /**
   * dead → ready (or scheduled in `delayMs`), retries and crashes reset, attempts kept; with `payload`, one id, under that payload. Takes the
   * message's dedupe key again; where another message holds it, it stays dead (`blocked`), and a selection by `limit` passes over the
   * oldest `skip` dead, those that were found blocked before. `undo` returns messages a redrive scheduled to dead.
   */
  redrive(selection: Selection, options?: { delayMs?: number; payload?: string; undo?: boolean; skip?: number }): Promise<RedriveAnswer>

  /** scheduled → ready now. */
  promote(selection: Selection): Promise<SliceAnswer>

  /** Removes messages for good, counted as removed; never active ones. */
  purge(state: PurgeState, limit: number): Promise<SliceAnswer>

  pause(): Promise<void>
  resume(): Promise<void>

  /** Removes what retention no longer keeps, ≤ 250 a call, and forgets explicit ids, producers and windows that are over. */
  trim(retention: Retention): Promise<SliceAnswer>

  /** Progress and log lines (≤ 100 of 1 KiB kept) of an active message; `stale` changes nothing. */
  progress(
    worker: string,
    id: string,
    nonce: string,
    report: { ratio?: number; note?: string; lines?: readonly string[] },
  ): Promise<'done' | 'stale'>

  /** Keeps the queue's settings (JSON text) where every process can read them, and makes the queue exist. */
  configure(settings: string): Promise<void>

  inspect: {
    stats(): Promise<StoreStats>
    settings(): Promise<string | undefined>
    /** By id: O(workers). */
    message(id: string): Promise<StoredMessage | undefined>
    /** ready, scheduled, dead: by rank; active: by worker; completed: the newest 10,000. */
    messages(query: MessageQuery): Promise<MessagePage>
  }

  /** Hears wake-ups and cancels for `worker`; resolves once active. Signals may be missed during reconnects. */
  listen(worker: string, listener: (signal: WorkerSignal) => void): Promise<() => Promise<void>>
}
