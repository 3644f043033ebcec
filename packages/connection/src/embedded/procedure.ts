import type { Database } from './database.ts'

/** What a procedure may touch. It runs in the store's thread, inside a transaction, alone. */
export interface ProcedureContext {
  readonly database: Database
  /** Time of this group of calls, µs since 1970; read once a group. */
  nowUs(): number
  /**
   * What procedures remember between calls (cached rows, prepared statements' results). Cleared whenever a
   * transaction is rolled back, so it may hold only what the committed file holds. Keys by room: `queue/…`.
   */
  readonly memory: Map<string, unknown>
  /** Runs before the commit of the current group: where changed memory is written back, once a group. The same key replaces. */
  beforeCommit(key: string, write: () => void): void
  /** Published after the commit, to subscribers of this process. */
  publish(channel: string, text: string): void
}

export type ProcedureEffect = 'read' | 'grow' | 'free'

/**
 * A module with `export function run(context, argument)`. Like a script it must check everything before its first
 * write: a refusal is a thrown MillraceError, or an Error whose message starts with an upper-case word (`QUEUE_FULL 10000`). Any other
 * throw, and a MillraceError STORE_CORRUPT, rolls back the group; the other calls of the group are then run again, each alone.
 * The module may export `prepare(context)`, called once a thread before the first run (tables).
 */
export interface Procedure<Argument, Answer> {
  readonly name: string
  readonly moduleUrl: string
  /** `read`: changes nothing that a caller could see. `grow`: stores something new, refused with STORE_FULL while the disk has only its last reserve. `free`: runs then too. */
  readonly effect: ProcedureEffect
  /** Never set: carries the types only. */
  readonly types?: (argument: Argument) => Answer
}

export interface ProcedureModule<Argument, Answer> {
  prepare?(context: ProcedureContext): void
  run(context: ProcedureContext, argument: Argument): Answer
}

/** Names a module as a procedure. Loads nothing until it is first run. One module may be named twice, with either effect. */
export function defineProcedure<Argument, Answer>(
  name: string,
  moduleUrl: URL,
  options: { readonly effect?: ProcedureEffect } = {},
): Procedure<Argument, Answer> {
  return { name, moduleUrl: moduleUrl.href, effect: options.effect ?? 'free' }
}
