import type { Range, Summary } from '@millrace/contract'
import type { Budget } from './refresh-policy.model.ts'
import type { SummaryQuery } from './use-summary.ts'

/** What one page asks for, with the reader's range. */
export type Wanted = SummaryQuery & { readonly range: Range }

/** Two that ask for the same have the same key. */
export function keyOf(wanted: Wanted): string {
  return JSON.stringify(Object.entries(wanted).sort())
}

/** The code of a failure where nothing answered: such a request counts nowhere. */
export const unreachable = 'UNREACHABLE'

/** Why figures could not be read. */
export interface Failure {
  readonly atMs: number
  /** 0 where nothing answered. */
  readonly status: number
  /** A word of the error table. */
  readonly code: string
  readonly detail: string
  /** When the server said to come again; 0 where it did not. */
  readonly retryAtMs: number
}

/** What is known of one summary. */
export interface Entry {
  readonly summary: Summary | undefined
  /** When the server last said that these are its figures, ms since 1970; 0 before the first time. */
  readonly readAtMs: number
  readonly etag: string | undefined
  /** Of the last try; null when it went well. */
  readonly failure: Failure | null
}

/** What a read answers: figures, or that those of `etag` still hold. */
export interface Reading {
  readonly summary: Summary | undefined
  readonly etag: string | undefined
  readonly budget: Budget | null
}

/** Reads one summary. Throws a `ReadFailure` where it cannot. */
export type Read = (wanted: Wanted, options: { readonly etag: string | undefined; readonly isFresh: boolean }) => Promise<Reading>

/** What a stream tells: figures, or why there are none now. */
export type Told = { readonly summary: Summary; readonly failure?: undefined } | { readonly summary?: undefined; readonly failure: Failure }

/** Follows one summary until `signal`; ends when the server ends it. `learn` is told the limit once. Throws a `ReadFailure` where it cannot. */
export type Watch = (wanted: Wanted, signal: AbortSignal, learn: (budget: Budget | null) => void) => AsyncIterable<Told>

/** What is known of `wanted`. Until another range is read its page keeps the figures it has: they say themselves of which range they are. */
export function entryOf(entries: ReadonlyMap<string, Entry>, wanted: Wanted): Entry | undefined {
  const own = entries.get(keyOf(wanted))
  if (own?.summary !== undefined) return own
  const [other] = (['1h', '24h', '7d'] as const)
    .flatMap((range) => entries.get(keyOf({ ...wanted, range })) ?? [])
    .filter(({ summary }) => summary !== undefined)
    .toSorted((a, b) => b.readAtMs - a.readAtMs)
  return other === undefined ? own : { ...other, failure: own?.failure ?? null }
}

export class ReadFailure extends Error {
  readonly failure: Failure
  readonly budget: Budget | null

  constructor(failure: Failure, budget: Budget | null) {
    super(failure.detail)
    this.failure = failure
    this.budget = budget
  }
}
