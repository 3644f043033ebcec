import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { DatabaseError } from './database.ts'
import type { Database, SqlValue, Statement } from './database.ts'

type Row = Record<string, SqlValue>

interface NativeStatement {
  run(values: readonly SqlValue[]): { changes: number }
  get(values: readonly SqlValue[]): Row | undefined
  all(values: readonly SqlValue[]): Row[]
}

interface NativeDatabase {
  exec(sql: string): void
  prepare(sql: string): NativeStatement
  close(): void
}

type Native = new (path: string) => NativeDatabase

/** The package `libsql`, or undefined where it is not installed. */
export function loadLibsql(): Native | undefined {
  try {
    return createRequire(import.meta.url)('libsql') as Native
  } catch {
    return undefined
  }
}

/**
 * A file opened through `libsql`. The library gives the file up only when its last statement was collected or the thread has
 * ended; `close()` therefore lets go of all of them at once: they hang on one weak map.
 */
export function openWithLibsql(native: Native, file: string, options: { readonly readOnly: boolean }): Database {
  const path = options.readOnly ? `${pathToFileURL(file).href}?mode=ro` : file
  const database = attempt(() => new native(path))
  let natives: WeakMap<Statement, NativeStatement> | undefined = new WeakMap()
  const of = (statement: Statement): NativeStatement => {
    const found = natives?.get(statement)
    if (!found) throw new DatabaseError(21, 'the database is closed', undefined)
    return found
  }
  return {
    exec: (sql) => attempt(() => database.exec(sql)),
    prepare(sql) {
      const statement: Statement = {
        run: (...values) => attempt(() => ({ changes: of(statement).run(values).changes })),
        get(...values) {
          const row = attempt(() => of(statement).get(values))
          if (!row) return undefined
          delete row['_metadata']
          return plain([row])[0]
        },
        all: (...values) => plain(attempt(() => of(statement).all(values))),
      }
      natives?.set(
        statement,
        attempt(() => database.prepare(sql)),
      )
      return statement
    },
    close() {
      natives = undefined
      attempt(() => database.close())
    },
  }
}

/** Blobs arrive as ArrayBuffer or Buffer, depending on the call. */
function plain(rows: Row[]): Row[] {
  const first = rows[0]
  if (!first) return rows
  const columns = Object.keys(first)
  for (const row of rows) {
    for (const column of columns) {
      const value: unknown = row[column]
      if (typeof value !== 'object' || value === null) continue
      row[column] = value instanceof ArrayBuffer ? new Uint8Array(value) : bytes(value as Uint8Array)
    }
  }
  return rows
}

function bytes(value: Uint8Array): Uint8Array {
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof DatabaseError) throw error
    const { message, rawCode } = error as { message: string; rawCode?: number }
    // Opening fails without a code of its own: `ConnectionFailed("Unable to open … : 14")`.
    const inText = /: (\d+)"\)$/.exec(message)?.[1]
    if (rawCode === undefined && inText === undefined) throw error
    throw new DatabaseError(rawCode ?? Number(inText), message, error)
  }
}
