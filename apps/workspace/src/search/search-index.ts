import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DocumentTarget } from '@millrace/markdown'
import { DatabaseError, openDatabase } from 'millrace'
import type { Database, Statement } from 'millrace'
import { Shelf } from './shelf.ts'
import type { Entry, Listing, SearchAnswer } from './shelf.ts'

// The layout of the file; a file with another number is made anew.
const layout = '3'
const maxFiles = 64
const shelves = ['a', 'b'] as const
type ShelfName = (typeof shelves)[number]

/**
 * The search file of one process. Whatever it holds can be read again from the documents, so it is never synced; a file made for other
 * documents is emptied, and a damaged one is passed over.
 *
 * It has one shelf that serves and, while it is made anew, another one that is being filled; what is put goes to both.
 */
export class SearchIndex {
  readonly #database: Database
  readonly #statements = new Map<string, Statement>()
  readonly #shelves: Readonly<Record<ShelfName, Shelf>>

  private constructor(database: Database) {
    this.#database = database
    this.#shelves = { a: new Shelf(database, 'a'), b: new Shelf(database, 'b') }
  }

  /**
   * Takes the first search file in `directory` that no living process holds (`search.db`, `search-2.db`, …), so that processes that share
   * a folder keep one each and find it again after a restart.
   * @param identity of the documents it is for
   */
  static open(directory: string, identity: string): SearchIndex {
    mkdirSync(directory, { recursive: true })
    for (let number = 1; ; number += 1) {
      const database = openDatabase(join(directory, number === 1 ? 'search.db' : `search-${number}.db`))
      try {
        database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN IMMEDIATE')
        const index = new SearchIndex(database)
        database.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID')
        index.claim(identity)
        database.exec('COMMIT')
        return index
      } catch (error) {
        database.close()
        const taken = error instanceof DatabaseError && (error.code === 'SQLITE_BUSY' || error.code === 'SQLITE_LOCKED')
        const damaged = error instanceof DatabaseError && (error.code === 'SQLITE_CORRUPT' || error.code === 'SQLITE_NOTADB')
        if ((!taken && !damaged) || number === maxFiles) throw error
      }
    }
  }

  /** Empties it unless it was made for these documents and by this layout. */
  claim(identity: string): void {
    const made = `${layout} ${identity}`
    if (this.#meta('made') !== made) {
      for (const name of shelves) this.#shelves[name].drop()
      this.#database.exec('DELETE FROM meta')
      this.#setMeta('made', made)
    }
    this.#live.make()
  }

  /** How far this file has followed the change log; undefined when it has to read all documents. */
  get cursor(): string | undefined {
    return this.#meta('cursor')
  }

  set cursor(cursor: string) {
    this.#setMeta('cursor', cursor)
  }

  /** How many documents it holds. */
  get size(): number {
    return this.#live.size
  }

  versionOf(documentId: string): number | undefined {
    return this.#live.versionOf(documentId)
  }

  /** Replaces what is known of each document (named once), unless that is newer or the same. One transaction; O(words). */
  put(documents: readonly Entry[]): void {
    const newer = documents.filter(({ id, version }) => this.#filled.some((shelf) => (shelf.versionOf(id) ?? 0) < version))
    if (newer.length === 0) return
    this.#inTransaction(() => newer.forEach((document) => this.#filled.forEach((shelf) => shelf.put(document))))
  }

  /** Forgets documents. One transaction. */
  remove(documentIds: readonly string[]): void {
    this.#inTransaction(() => documentIds.forEach((id) => this.#filled.forEach((shelf) => shelf.remove(id))))
  }

  search(query: string, options: { limit: number }): SearchAnswer {
    return this.#live.search(query, options)
  }

  suggest(query: string, options: { limit: number }): ReturnType<Shelf['suggest']> {
    return this.#live.suggest(query, options)
  }

  list(listing: Listing): ReturnType<Shelf['list']> {
    return this.#live.list(listing)
  }

  resolve(target: DocumentTarget): string | undefined {
    return this.#live.resolve(target)
  }

  linksOf(documentId: string): ReturnType<Shelf['linksOf']> {
    return this.#live.linksOf(documentId)
  }

  backlinksOf(documentId: string): ReturnType<Shelf['backlinksOf']> {
    return this.#live.backlinksOf(documentId)
  }

  /** How many documents the edition that is being made holds. */
  get nextSize(): number {
    return this.#next.size
  }

  /** The edition that serves: the name under which it was last made anew. */
  get edition(): string | undefined {
    return this.#meta('edition')
  }

  /** Begins to make it anew, or goes on with what a process that ended had made of this edition. */
  beginEdition(edition: string): void {
    this.#inTransaction(() => {
      if (this.#meta('next') !== edition) this.#next.drop()
      this.#setMeta('next', edition)
      this.#next.make()
    })
  }

  /** The version of a document in the edition that is being made. */
  versionInNext(documentId: string): number | undefined {
    return this.#next.versionOf(documentId)
  }

  /** Lets the edition that was begun serve. One transaction; O(what leaves). */
  finishEdition(edition: string): void {
    const before = this.#live
    this.#inTransaction(() => {
      this.#setMeta('live', this.#nextName)
      this.#setMeta('edition', edition)
      this.#prepared(`DELETE FROM meta WHERE key = 'next'`).run()
      before.drop()
    })
  }

  close(): void {
    this.#database.close()
  }

  get #live(): Shelf {
    return this.#shelves[this.#liveName]
  }

  get #next(): Shelf {
    return this.#shelves[this.#nextName]
  }

  get #liveName(): ShelfName {
    return this.#meta('live') === 'b' ? 'b' : 'a'
  }

  get #nextName(): ShelfName {
    return this.#liveName === 'a' ? 'b' : 'a'
  }

  /** The shelves that are kept up to date. */
  get #filled(): Shelf[] {
    return this.#meta('next') === undefined ? [this.#live] : [this.#live, this.#next]
  }

  #meta(key: string): string | undefined {
    const value = this.#prepared('SELECT value FROM meta WHERE key = ?').get(key)?.['value']
    return typeof value === 'string' ? value : undefined
  }

  #setMeta(key: string, value: string): void {
    this.#prepared('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, value)
  }

  #prepared(sql: string): Statement {
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)))
    return statement
  }

  #inTransaction(work: () => void): void {
    this.#database.exec('BEGIN')
    try {
      work()
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }
}
