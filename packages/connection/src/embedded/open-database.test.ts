import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { DatabaseError } from './database.ts'
import { loadLibsql, openWithLibsql } from './libsql-driver.ts'
import { loadNodeSqlite, openWithNodeSqlite } from './node-sqlite-driver.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './database.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace drivers '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Open = (file: string, options: { readOnly: boolean }) => Database
const libsql = loadLibsql()
const node = loadNodeSqlite()
const drivers: [string, Open | undefined][] = [
  ['libsql', libsql && ((file, options) => openWithLibsql(libsql, file, options))],
  ['node:sqlite', node && ((file, options) => openWithNodeSqlite(node, file, options))],
]

test('the driver this Node has is picked, and a file it makes can be read', () => {
  const database = openDatabase(join(folder, 'picked.db'))
  database.exec('CREATE TABLE t (a INTEGER)')
  expect(database.prepare('INSERT INTO t VALUES (?)').run(1)).toEqual({ changes: 1 })
  database.close()
  expect(openDatabase(join(folder, 'picked.db'), { readOnly: true }).prepare('SELECT a FROM t').all()).toEqual([{ a: 1 }])
})

for (const [name, open] of drivers) {
  // Which driver there is depends on the Node that runs the tests; one of the two always is.
  describe.skipIf(!open)(`the driver ${name}`, () => {
    const make = () => {
      const database = (open as Open)(':memory:', { readOnly: false })
      database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, blob BLOB, real REAL)')
      return database
    }

    test('gives plain rows with blobs as Uint8Array, from get and from all', () => {
      const database = make()
      const bytes = new Uint8Array([9, 1, 0, 2, 9]).subarray(1, 4)
      database.prepare('INSERT INTO t (text, blob, real) VALUES (?, ?, ?)').run('é', bytes, Infinity)
      database.prepare('INSERT INTO t (text, blob, real) VALUES (?, ?, ?)').run(null, new Uint8Array(0), -0.5)
      const rows = database.prepare('SELECT * FROM t ORDER BY id').all()
      expect(rows).toEqual([
        { id: 1, text: 'é', blob: new Uint8Array([1, 0, 2]), real: Infinity },
        { id: 2, text: null, blob: new Uint8Array(0), real: -0.5 },
      ])
      for (const row of [...rows, database.prepare('SELECT * FROM t').get()]) {
        expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
        expect(Object.getPrototypeOf(row?.['blob'])).toBe(Uint8Array.prototype)
        expect(Object.keys(row ?? {})).toEqual(['id', 'text', 'blob', 'real'])
      }
      expect(database.prepare('SELECT * FROM t WHERE id = ?').get(7)).toBeUndefined()
    })

    test('keeps whole numbers up to 2^53 in an INTEGER column', () => {
      const database = make()
      database.prepare('INSERT INTO t (id) VALUES (?)').run(Number.MAX_SAFE_INTEGER)
      expect(database.prepare('SELECT id, typeof(id) AS type FROM t').get()).toEqual({ id: Number.MAX_SAFE_INTEGER, type: 'integer' })
    })

    test('has full-text search and JSON functions', () => {
      const database = make()
      database.exec('CREATE VIRTUAL TABLE words USING fts5(body)')
      database.prepare('INSERT INTO words VALUES (?)').run('the mill race runs')
      expect(database.prepare('SELECT body FROM words WHERE words MATCH ?').all('race')).toEqual([{ body: 'the mill race runs' }])
      expect(database.prepare('SELECT value FROM json_each(?)').all('[1,2]')).toEqual([{ value: 1 }, { value: 2 }])
    })

    test('names the result code of a refused statement, and the database goes on', () => {
      const database = make()
      const insert = database.prepare('INSERT INTO t (id) VALUES (?)')
      insert.run(1)
      const error = caught(() => insert.run(1))
      expect(error).toBeInstanceOf(DatabaseError)
      expect(error).toMatchObject({ code: 'SQLITE_CONSTRAINT', resultCode: 1555 })
      expect(insert.run(2)).toEqual({ changes: 1 })
      expect(caught(() => database.prepare('SELEC'))).toMatchObject({ code: 'SQLITE_ERROR' })
    })

    test('opens read-only only what is there, and never writes it', () => {
      const file = join(folder, `read only 100% ${name.replace(':', ' ')}.db`)
      expect(caught(() => (open as Open)(file, { readOnly: true }).prepare('SELECT 1').get())).toMatchObject({ code: 'SQLITE_CANTOPEN' })
      expect(existsSync(file)).toBe(false)
      const writer = (open as Open)(file, { readOnly: false })
      writer.exec('CREATE TABLE t (a INTEGER)')
      writer.close()
      const reader = (open as Open)(file, { readOnly: true })
      expect(caught(() => reader.exec('INSERT INTO t VALUES (1)'))).toMatchObject({ code: 'SQLITE_READONLY' })
      expect(reader.prepare('SELECT count(*) AS n FROM t').get()).toEqual({ n: 0 })
      reader.close()
    })

    test('refuses a statement of a closed database', () => {
      const database = make()
      const statement = database.prepare('SELECT 1 AS a')
      statement.get()
      database.close()
      expect(caught(() => statement.get())).toBeInstanceOf(Error)
    })
  })
}

function caught(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
