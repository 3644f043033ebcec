import { isMillraceError } from '../errors.ts'
import { DatabaseError } from './database.ts'
import type { Database, Statement } from './database.ts'
import type { ProcedureContext, ProcedureModule } from './procedure.ts'

export interface GroupCall {
  readonly module: ProcedureModule<unknown, unknown>
  readonly argument: unknown
}

type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown }

interface GroupAnswer {
  /** One per call that was run, same order; the calls behind them wait for the next group. */
  readonly outcomes: Outcome[]
  readonly published: (readonly [channel: string, text: string])[]
}

/** A group takes no further call after this long, so that its first caller does not wait for all others. */
const groupMs = 10
const maxStatements = 500

/**
 * Runs calls together in one transaction: one commit, so one sync of the log, for all of them. A refusal fails its own call
 * only. Any other throw rolls everything back, and the calls are run again one by one, without the one that failed.
 */
export class GroupCommit {
  readonly #database: Database
  readonly #clock: () => number
  readonly #memory = new Map<string, unknown>()
  readonly #hooks = new Map<string, () => void>()
  readonly #context: ProcedureContext
  #nowUs = 0
  #published: (readonly [string, string])[] = []

  constructor(database: Database, clock: () => number) {
    this.#database = database
    this.#clock = clock
    this.#context = {
      database: withKeptStatements(database),
      memory: this.#memory,
      nowUs: () => this.#nowUs,
      beforeCommit: (key, write) => void this.#hooks.set(key, write),
      publish: (channel, text) => void this.#published.push([channel, text]),
    }
  }

  /** Runs `prepare` of a module in a transaction of its own. Throws what it throws; then nothing was changed. */
  prepare(module: ProcedureModule<unknown, unknown>): void {
    if (!module.prepare) return
    this.#begin()
    try {
      module.prepare(this.#context)
      this.#commit()
    } catch (error) {
      this.#rollback()
      throw error
    }
  }

  /** Runs as many of the calls as fit one group, at least one. Throws only when the file itself is broken (`isBroken`): outcome unknown. */
  run(calls: readonly GroupCall[]): GroupAnswer {
    const outcomes: Outcome[] = []
    const endMs = performance.now() + groupMs
    this.#begin()
    for (const call of calls) {
      if (outcomes.length > 0 && performance.now() > endMs) break
      try {
        outcomes.push({ ok: true, value: call.module.run(this.#context, call.argument) })
      } catch (error) {
        if (!isRefusal(error)) {
          this.#rollback()
          if (isBroken(error)) throw error
          return this.#alone(calls.slice(0, outcomes.length + 1), { index: outcomes.length, error })
        }
        outcomes.push({ ok: false, error })
      }
    }
    try {
      this.#commit()
    } catch (error) {
      this.#rollback()
      if (isBroken(error)) throw error
      if (outcomes.length === 1) return { outcomes: [{ ok: false, error }], published: [] }
      return this.#alone(calls.slice(0, outcomes.length))
    }
    const published = this.#published
    this.#published = []
    return { outcomes, published }
  }

  #alone(calls: readonly GroupCall[], failed?: { readonly index: number; readonly error: unknown }): GroupAnswer {
    const outcomes: Outcome[] = []
    const published: (readonly [string, string])[] = []
    for (const [index, call] of calls.entries()) {
      if (index === failed?.index) {
        outcomes.push({ ok: false, error: failed.error })
        continue
      }
      const answer = this.run([call])
      outcomes.push(...answer.outcomes)
      published.push(...answer.published)
    }
    return { outcomes, published }
  }

  #begin(): void {
    this.#nowUs = this.#clock()
    this.#database.exec('BEGIN IMMEDIATE')
  }

  #commit(): void {
    // A hook may ask for another one: iterating a map visits what is added meanwhile.
    for (const write of this.#hooks.values()) write()
    this.#hooks.clear()
    this.#database.exec('COMMIT')
  }

  #rollback(): void {
    this.#memory.clear()
    this.#hooks.clear()
    this.#published = []
    try {
      this.#database.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself after some errors (a full disk among them); then there is nothing to undo.
    }
  }
}

/**
 * A procedure's own no, said before its first write: a MillraceError, or an Error whose message begins with an upper-case word, such as
 * `QUEUE_FULL 10000`. A corrupt record may be met half-way, so that one is undone like any other throw.
 */
export function isRefusal(error: unknown): error is Error {
  if (isMillraceError(error)) return error.code !== 'STORE_CORRUPT'
  return error instanceof Error && error.name === 'Error' && refusalWord(error.message) !== undefined
}

export function refusalWord(message: string): string | undefined {
  return /^([A-Z][A-Z0-9_]{2,})(?: |$)/.exec(message)?.[1]
}

/** Reading or writing the file failed below SQLite. What is on the disk is then unknown, and a second sync could lie about it. */
export function isBroken(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === 'SQLITE_IOERR'
}

/** Preparing costs more than running a small statement, so statements are kept by their text. */
function withKeptStatements(database: Database): Database {
  const kept = new Map<string, Statement>()
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      let statement = kept.get(sql)
      if (!statement) {
        if (kept.size >= maxStatements) kept.clear()
        statement = database.prepare(sql)
        kept.set(sql, statement)
      }
      return statement
    },
    close: () => database.close(),
  }
}
