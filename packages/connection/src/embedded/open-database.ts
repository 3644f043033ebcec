import { resolve } from 'node:path'
import { MillraceError } from '../errors.ts'
import { loadLibsql, openWithLibsql } from './libsql-driver.ts'
import { loadNodeSqlite, openWithNodeSqlite } from './node-sqlite-driver.ts'
import type { Database } from './database.ts'

export interface OpenDatabaseOptions {
  /** The file must exist and is never written. @defaultValue false */
  readonly readOnly?: boolean
}

/**
 * Opens an SQLite file (or `:memory:`) with the driver this process has: `node:sqlite` on Node ≥ 22.13, else the package
 * `libsql`. Both have JSON functions and FTS5. Synchronous, as all its methods are: a large query blocks the thread that asks.
 * Nothing is set: journal mode, busy timeout and the like are the caller's pragmas.
 *
 * @throws DatabaseError `SQLITE_CANTOPEN`: no such folder, or with `readOnly` no such file
 * @throws MillraceError STORE_UNREACHABLE: neither driver is there
 */
export function openDatabase(file: string, options: OpenDatabaseOptions = {}): Database {
  const path = file === ':memory:' ? file : resolve(file)
  const readOnly = options.readOnly ?? false
  const node = loadNodeSqlite()
  if (node) return openWithNodeSqlite(node, path, { readOnly })
  const libsql = loadLibsql()
  if (libsql) return openWithLibsql(libsql, path, { readOnly })
  throw new MillraceError(
    'STORE_UNREACHABLE',
    `An embedded file needs Node 22.13 or newer, or the package libsql beside Node ${process.versions.node}: run "npm install libsql@0.5.29".`,
  )
}
