import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseError, openDatabase } from 'millrace'
import type { Database, SqlValue, Statement } from 'millrace'
import { toMatchExpression } from './query.ts'
import type { StoredDocument } from '../documents/document-store.ts'

/** What is kept of a document. */
export type Entry = Pick<StoredDocument, 'id' | 'version' | 'title' | 'path' | 'text'>

interface SearchResult {
  readonly id: string
  readonly title: string
  readonly path: string | null
  /** Where it was found: about 24 words of plain text. */
  readonly snippet: string
  /** What was found in the snippet: [start, end) in UTF-16 units, ascending. */
  readonly marks: [number, number][]
}

export interface SearchAnswer {
  /** Best first; a word in the title weighs most, then in the path. */
  readonly results: SearchResult[]
  /** How many documents match in all. */
  readonly total: number
}

// The layout of the file; a file with another number is made anew.
const layout = '1'
const maxFiles = 64
// Two characters that no text holds after `withoutMarks`.
const markStart = '\u0002'
const markEnd = '\u0003'

const schema = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS entries (number INTEGER PRIMARY KEY, document_id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, path TEXT);
  CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(title, path, body, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
`

/**
 * The search file of one process: the current text of every document, by FTS5. Whatever it holds can be read again from the documents, so
 * it is never synced; a file made for other documents is emptied, and a damaged one is passed over.
 */
export class SearchIndex {
  readonly #database: Database
  readonly #statements = new Map<string, Statement>()

  private constructor(database: Database) {
    this.#database = database
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
        database.exec(schema)
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
    if (this.#meta('made') === made) return
    this.#database.exec('DELETE FROM meta; DELETE FROM entries; DELETE FROM words')
    this.#prepared(`INSERT INTO meta VALUES ('made', ?)`).run(made)
  }

  /** How far this file has followed the change log; undefined when it has to read all documents. */
  get cursor(): string | undefined {
    return this.#meta('cursor')
  }

  set cursor(cursor: string) {
    this.#prepared(`INSERT OR REPLACE INTO meta VALUES ('cursor', ?)`).run(cursor)
  }

  /** How many documents it holds. */
  get size(): number {
    return Number(this.#prepared('SELECT count(*) AS n FROM entries').get()?.['n'] ?? 0)
  }

  versionOf(documentId: string): number | undefined {
    const row = this.#prepared('SELECT version FROM entries WHERE document_id = ?').get(documentId)
    return row && Number(row['version'])
  }

  /** Replaces what is known of each document (named once), unless that is newer or the same. One transaction; O(words). */
  put(documents: readonly Entry[]): void {
    const newer = documents.filter(({ id, version }) => (this.versionOf(id) ?? 0) < version)
    if (newer.length > 0) this.#inTransaction(() => newer.forEach((document) => this.#write(document)))
  }

  /** Whatever is typed is a query; see `toMatchExpression`. O(matches). */
  search(query: string, options: { limit: number }): SearchAnswer {
    const expression = toMatchExpression(query)
    if (expression === undefined) return { results: [], total: 0 }
    const rows = this.#prepared(
      `SELECT e.document_id AS id, words.title AS title, e.path AS path, snippet(words, -1, ?, ?, '…', 24) AS snippet
           FROM words JOIN entries e ON e.number = words.rowid
          WHERE words MATCH ? ORDER BY bm25(words, 8.0, 4.0, 1.0), e.number LIMIT ?`,
    ).all(markStart, markEnd, expression, options.limit)
    const total = this.#prepared('SELECT count(*) AS n FROM words WHERE words MATCH ?').get(expression)
    return { results: rows.map(toResult), total: Number(total?.['n'] ?? 0) }
  }

  close(): void {
    this.#database.close()
  }

  #write({ id, version, title, path, text }: Entry): void {
    const row = this.#prepared(
      `INSERT INTO entries (document_id, version, path) VALUES (?, ?, ?)
       ON CONFLICT (document_id) DO UPDATE SET version = excluded.version, path = excluded.path RETURNING number`,
    ).get(id, version, path)
    this.#prepared('INSERT OR REPLACE INTO words (rowid, title, path, body) VALUES (?, ?, ?, ?)').run(
      Number(row?.['number']),
      withoutMarks(title),
      withoutMarks(path ?? ''),
      withoutMarks(text),
    )
  }

  #meta(key: string): string | undefined {
    const value = this.#prepared('SELECT value FROM meta WHERE key = ?').get(key)?.['value']
    return typeof value === 'string' ? value : undefined
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

function toResult(row: Record<string, SqlValue>): SearchResult {
  const path = row['path']
  return {
    id: String(row['id']),
    title: String(row['title']),
    path: typeof path === 'string' ? path : null,
    ...unmark(String(row['snippet'])),
  }
}

function unmark(marked: string): { snippet: string; marks: [number, number][] } {
  const marks: [number, number][] = []
  let snippet = ''
  for (const [index, piece] of marked.split(markStart).entries()) {
    const end = index === 0 ? -1 : piece.indexOf(markEnd)
    if (end >= 0) marks.push([snippet.length, snippet.length + end])
    snippet += piece.replaceAll(markEnd, '')
  }
  return { snippet, marks }
}

function withoutMarks(text: string): string {
  return text.replaceAll(markStart, ' ').replaceAll(markEnd, ' ')
}
