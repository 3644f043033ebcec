import type { Database, SqlValue, Statement } from 'millrace'
import type { StoredDocument } from '../documents/document-store.ts'
import { toMatchExpression } from './query.ts'
import { markEnd, markStart, titleKey, toIndexed, tokenizer, toRead, unmark } from './words.ts'

/** What is kept of a document. */
export type Entry = Pick<StoredDocument, 'id' | 'version' | 'title' | 'path' | 'text' | 'updatedAtMs'>

interface Found {
  readonly id: string
  readonly title: string
  readonly path: string | null
}

interface SearchResult extends Found {
  /** Where it was found: about 30 words of plain text. */
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

/** Which documents, in which order. */
export interface Listing {
  readonly order: 'recent' | 'title'
  /** All below a folder of imported paths; left out, all documents. */
  readonly folder?: string | undefined
  readonly offset: number
  readonly limit: number
}

const snippetWords = 30

/** One whole set of tables of a search file: the current text of every document, by FTS5, and what they are called. */
export class Shelf {
  readonly #database: Database
  readonly #entries: string
  readonly #words: string
  readonly #statements = new Map<string, Statement>()

  /** @param name of the set within its file; a word */
  constructor(database: Database, name: string) {
    this.#database = database
    this.#entries = `${name}_entries`
    this.#words = `${name}_words`
  }

  /** Makes what is missing of it. */
  make(): void {
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS ${this.#entries} (
        number INTEGER PRIMARY KEY, document_id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, title_key TEXT NOT NULL, path TEXT,
        updated_at_ms INTEGER NOT NULL
      );
      CREATE INDEX IF NOT EXISTS ${this.#entries}_by_title ON ${this.#entries} (title_key, document_id);
      CREATE INDEX IF NOT EXISTS ${this.#entries}_by_update ON ${this.#entries} (updated_at_ms DESC, document_id);
      CREATE INDEX IF NOT EXISTS ${this.#entries}_by_path ON ${this.#entries} (path);
      CREATE VIRTUAL TABLE IF NOT EXISTS ${this.#words} USING fts5(title, path, body, tokenize = "${tokenizer}", prefix = '2 3');
    `)
  }

  drop(): void {
    this.#statements.clear()
    this.#database.exec(`DROP TABLE IF EXISTS ${this.#entries}; DROP TABLE IF EXISTS ${this.#words}`)
  }

  /** How many documents it holds. */
  get size(): number {
    return Number(this.#prepared(`SELECT count(*) AS n FROM ${this.#entries}`).get()?.['n'] ?? 0)
  }

  versionOf(documentId: string): number | undefined {
    const row = this.#prepared(`SELECT version FROM ${this.#entries} WHERE document_id = ?`).get(documentId)
    return row && Number(row['version'])
  }

  /** Replaces what is known of a document, unless that is newer or the same. O(words). */
  put({ id, version, title, path, text, updatedAtMs }: Entry): void {
    if ((this.versionOf(id) ?? 0) >= version) return
    const row = this.#prepared(
      `INSERT INTO ${this.#entries} (document_id, version, title_key, path, updated_at_ms) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (document_id) DO UPDATE SET version = excluded.version, title_key = excluded.title_key, path = excluded.path,
         updated_at_ms = excluded.updated_at_ms RETURNING number`,
    ).get(id, version, titleKey(title), path, updatedAtMs)
    this.#prepared(`INSERT OR REPLACE INTO ${this.#words} (rowid, title, path, body) VALUES (?, ?, ?, ?)`).run(
      Number(row?.['number']),
      toIndexed(title),
      toIndexed(path ?? ''),
      toIndexed(text),
    )
  }

  /** Forgets a document. */
  remove(documentId: string): void {
    const row = this.#prepared(`DELETE FROM ${this.#entries} WHERE document_id = ? RETURNING number`).get(documentId)
    if (row) this.#prepared(`DELETE FROM ${this.#words} WHERE rowid = ?`).run(Number(row['number']))
  }

  /** Whatever is typed is a query; see `toMatchExpression`. O(matches). */
  search(query: string, options: { limit: number }): SearchAnswer {
    const expression = toMatchExpression(query)
    if (expression === undefined) return { results: [], total: 0 }
    const { limit } = options
    const rows = this.#prepared(
      `SELECT e.document_id AS id, w.title AS title, e.path AS path, snippet(${this.#words}, -1, ?, ?, '…', ${snippetWords}) AS snippet
         FROM ${this.#words} w JOIN ${this.#entries} e ON e.number = w.rowid
        WHERE ${this.#words} MATCH ? ORDER BY bm25(${this.#words}, 8.0, 4.0, 1.0), e.number LIMIT ?`,
    ).all(markStart, markEnd, expression, limit)
    const total = this.#prepared(`SELECT count(*) AS n FROM ${this.#words} WHERE ${this.#words} MATCH ?`).get(expression)
    return { results: rows.map((row) => ({ ...toFound(row), ...unmark(String(row['snippet'])) })), total: Number(total?.['n'] ?? 0) }
  }

  /** Documents in whose title all that is typed occurs, the last word as a beginning; the shortest title first. O(matches). */
  suggest(query: string, options: { limit: number }): Found[] {
    const expression = toMatchExpression(query)
    if (expression === undefined) return []
    return this.#prepared(
      `SELECT e.document_id AS id, w.title AS title, e.path AS path
         FROM ${this.#words} w JOIN ${this.#entries} e ON e.number = w.rowid
        WHERE ${this.#words} MATCH ? ORDER BY length(e.title_key), e.title_key, e.document_id LIMIT ?`,
    )
      .all(`title : (${expression})`, options.limit)
      .map(toFound)
  }

  /** One page of documents by id, and how many there are in all. O(offset + limit), and O(folder) where one is named. */
  list({ order, folder = '', offset, limit }: Listing): { ids: string[]; total: number } {
    const parts = folder.normalize('NFC').split('/').filter(Boolean).join('/')
    // Every path below `notes` lies between `notes/` and `notes0`: 0 is the character behind the slash.
    const below = parts === '' ? '' : 'WHERE path >= ? AND path < ?'
    const bounds = parts === '' ? [] : [`${parts}/`, `${parts}0`]
    const sort = order === 'title' ? 'title_key, document_id' : 'updated_at_ms DESC, document_id'
    const rows = this.#prepared(`SELECT document_id AS id FROM ${this.#entries} ${below} ORDER BY ${sort} LIMIT ? OFFSET ?`)
    const total = this.#prepared(`SELECT count(*) AS n FROM ${this.#entries} ${below}`).get(...bounds)
    return { ids: rows.all(...bounds, limit, offset).map((row) => String(row['id'])), total: Number(total?.['n'] ?? 0) }
  }

  #prepared(sql: string): Statement {
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)))
    return statement
  }
}

function toFound(row: Record<string, SqlValue>): Found {
  const path = row['path']
  return { id: String(row['id']), title: toRead(String(row['title'])), path: typeof path === 'string' ? path : null }
}
