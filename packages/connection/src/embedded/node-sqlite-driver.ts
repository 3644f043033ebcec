import { DatabaseError } from './database.ts'
import type { Database, SqlValue } from './database.ts'

type Row = Record<string, SqlValue>

interface NativeStatement {
  run(...values: SqlValue[]): { changes: number | bigint }
  get(...values: SqlValue[]): Row | undefined
  all(...values: SqlValue[]): Row[]
}

interface NativeDatabase {
  exec(sql: string): void
  prepare(sql: string): NativeStatement
  close(): void
}

interface Native {
  DatabaseSync: new (path: string, options: { readOnly: boolean }) => NativeDatabase
}

/** `node:sqlite`, or undefined where this Node has none without a flag (before 22.13). */
export function loadNodeSqlite(): Native | undefined {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 13)) return undefined
  return process.getBuiltinModule('node:sqlite') as Native | undefined
}

/** A file opened through `node:sqlite`. `close()` gives the file up at once. */
export function openWithNodeSqlite(native: Native, file: string, options: { readonly readOnly: boolean }): Database {
  const database = attempt(() => new native.DatabaseSync(file, { readOnly: options.readOnly }))
  return {
    exec: (sql) => attempt(() => database.exec(sql)),
    prepare(sql) {
      const statement = attempt(() => database.prepare(sql))
      return {
        run: (...values) => attempt(() => ({ changes: Number(statement.run(...values).changes) })),
        get: (...values) => {
          const row = attempt(() => statement.get(...values))
          return row && { ...row }
        },
        all: (...values) => attempt(() => statement.all(...values)).map((row) => ({ ...row })),
      }
    },
    close: () => attempt(() => database.close()),
  }
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const { message, errcode, code } = error as { message: string; errcode?: number; code?: string }
    if (errcode !== undefined) throw new DatabaseError(errcode, message, error)
    if (code === 'ERR_INVALID_STATE') throw new DatabaseError(21, 'the database is closed', error)
    throw error
  }
}
