import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { MillraceError } from '../errors.ts'
import { DatabaseError } from './database.ts'
import { DiskGauge } from './disk-gauge.ts'
import { openDatabase } from './open-database.ts'
import type { Database, Statement } from './database.ts'

/** 'MILL', in the file's header: whose file this is. */
const applicationId = 0x4d_49_4c_4c
/** Of the tables this room owns; rooms above keep versions of their own. */
const format = 1
/** A larger file is opened after a look at its header and tables only: a start must not take seconds. */
const fullCheckBytes = 64 * 1024 * 1024
/** Pages (4 KiB) of log before it is moved into the file: 16 MiB, on a small disk a twentieth of it. */
const checkpointPages = { most: 4_000, least: 100, diskShare: 1 / 20 }

export interface OpenedStore {
  readonly database: Database
  readonly processNumber: number
  readonly version: string
  /** `n`: rows changed since the file was opened. */
  readonly countChanges: Statement
}

/**
 * Opens the store's file for this process alone. The operating system's lock on the file decides who has it, so a file left
 * by a killed process opens at once, and its log is replayed.
 *
 * @throws MillraceError STORE_IN_USE, STORE_CORRUPT, STORE_PATH_INVALID, STORE_FULL; the file is as it was
 */
export function openStore(file: string, durability: 'crash-safe' | 'power-safe'): OpenedStore {
  try {
    const size = existsSync(file) ? statSync(file).size : 0
    if (size > 0 && size <= fullCheckBytes) checkPages(file)
    const database = openDatabase(file)
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32000')
    checkOwner(database, file)
    database.prepare('PRAGMA journal_mode = WAL').get()
    database.exec(`PRAGMA synchronous = ${durability === 'power-safe' ? 'FULL' : 'NORMAL'}`)
    database.prepare(`PRAGMA wal_autocheckpoint = ${logPages(file)}`).get()
    return {
      database,
      processNumber: register(database),
      version: String(database.prepare('SELECT sqlite_version() AS v').get()?.['v']),
      countChanges: database.prepare('SELECT total_changes() AS n'),
    }
  } catch (error) {
    throw explain(error, file)
  }
}

function logPages(file: string): number {
  const { most, least, diskShare } = checkpointPages
  const disk = new DiskGauge(dirname(file)).totalBytes()
  return disk === null ? most : Math.max(least, Math.min(most, Math.floor((disk * diskShare) / 4_096)))
}

function register(database: Database): number {
  database.exec('BEGIN IMMEDIATE')
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${format}`)
  database.exec('CREATE TABLE IF NOT EXISTS connection_process (only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL)')
  database.exec(
    'INSERT INTO connection_process (only, number) VALUES (1, 0) ON CONFLICT (only) DO UPDATE SET number = (number + 1) % 16777216',
  )
  const number = Number(database.prepare('SELECT number FROM connection_process').get()?.['number'])
  database.exec('COMMIT')
  return number
}

/**
 * Reads every page through a reader, which, unlike a writer that closes, never moves the log into the file: a damaged file stays as it
 * is. Without prepared statements, because libsql keeps a file open for as long as one of them is not collected. `abs` of the
 * smallest integer is SQLite's documented way to fail.
 */
function checkPages(file: string): void {
  const database = openDatabase(file, { readOnly: true })
  try {
    database.exec(`SELECT CASE WHEN quick_check <> 'ok' THEN abs(-9223372036854775807 - 1) END FROM pragma_quick_check LIMIT 1`)
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'SQLITE_ERROR') throw error
    const finding = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
    if (finding === 'ok') throw error
    throw new MillraceError('STORE_CORRUPT', `The file ${file} is damaged (${String(finding)}); restore it from a copy.`, { cause: error })
  } finally {
    database.close()
  }
}

/** Before anything is written: whose file is it, and can this release read it? */
function checkOwner(database: Database, file: string): void {
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_master').get()?.['n'])
  const owner = Number(database.prepare('PRAGMA application_id').get()?.['application_id'])
  if (owner !== applicationId && (owner !== 0 || tables > 0)) {
    throw new MillraceError('STORE_PATH_INVALID', `The file ${file} is a database of another application; name another folder.`)
  }
  const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (found > format) {
    throw new MillraceError(
      'STORE_PATH_INVALID',
      `The file ${file} was written by a newer release (format ${found}, this one reads ${format}).`,
    )
  }
}

function explain(error: unknown, file: string): unknown {
  if (!(error instanceof DatabaseError)) return error
  const cause = error
  switch (error.code) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new MillraceError('STORE_IN_USE', `The store ${file} is in use by another process.`, { cause })
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return new MillraceError(
        'STORE_CORRUPT',
        `The file ${file} is damaged or not a database (${error.message}); restore it from a copy.`,
        { cause },
      )
    default:
      // The first page of a log's index, too, takes room; without it SQLite speaks of an I/O error.
      if (error.code === 'SQLITE_FULL' || (new DiskGauge(dirname(file)).fillRatio() ?? 0) >= 1) {
        return new MillraceError('STORE_FULL', `The disk of ${file} is full; free some space, then start again. Nothing is lost.`, {
          cause,
        })
      }
      return new MillraceError('STORE_PATH_INVALID', `The file ${file} cannot be opened for writing (${error.message}).`, { cause })
  }
}
