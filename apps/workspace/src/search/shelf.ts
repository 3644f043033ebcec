import { linksIn, plainText } from '@millrace/markdown'
import type { DocumentTarget } from '@millrace/markdown'
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

/** A link of a document to another one. */
interface Link {
  /** As it stands between the brackets. */
  readonly written: string
  /** Of the document it leads to; null while there is none. */
  readonly id: string | null
  readonly title: string | null
}

interface Backlink {
  readonly id: string
  readonly title: string
  /** The line that the link stands in, as plain text. */
  readonly snippet: string
}

const snippetWords = 30
/** More documents that link to one are not listed. */
const maxBacklinks = 500

/** One whole set of tables of a search file: the current text of every document, by FTS5, and what they are called. */
export class Shelf {
  readonly #database: Database
  readonly #entries: string
  readonly #words: string
  readonly #links: string
  readonly #statements = new Map<string, Statement>()

  /** @param name of the set within its file; a word */
  constructor(database: Database, name: string) {
    this.#database = database
    this.#entries = `${name}_entries`
    this.#words = `${name}_words`
    this.#links = `${name}_links`
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
      CREATE TABLE IF NOT EXISTS ${this.#links} (
        number INTEGER NOT NULL, position INTEGER NOT NULL, target TEXT NOT NULL, written TEXT NOT NULL, excerpt TEXT NOT NULL,
        PRIMARY KEY (number, position)
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS ${this.#links}_by_target ON ${this.#links} (target);
    `)
  }

  drop(): void {
    this.#statements.clear()
    for (const table of [this.#entries, this.#words, this.#links]) this.#database.exec(`DROP TABLE IF EXISTS ${table}`)
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
    const number = Number(row?.['number'])
    this.#prepared(`INSERT OR REPLACE INTO ${this.#words} (rowid, title, path, body) VALUES (?, ?, ?, ?)`).run(
      number,
      toIndexed(title),
      toIndexed(path ?? ''),
      // Without marks, so that what is shown of it reads like text.
      toIndexed(plainText(text)),
    )
    this.#prepared(`DELETE FROM ${this.#links} WHERE number = ?`).run(number)
    const link = this.#prepared(`INSERT INTO ${this.#links} (number, position, target, written, excerpt) VALUES (?, ?, ?, ?, ?)`)
    for (const [position, { target, written, excerpt }] of linksIn(text, path).entries()) {
      link.run(number, position, keyOf(target), written, excerpt)
    }
  }

  /** Forgets a document. */
  remove(documentId: string): void {
    const row = this.#prepared(`DELETE FROM ${this.#entries} WHERE document_id = ? RETURNING number`).get(documentId)
    if (!row) return
    this.#prepared(`DELETE FROM ${this.#words} WHERE rowid = ?`).run(Number(row['number']))
    this.#prepared(`DELETE FROM ${this.#links} WHERE number = ?`).run(Number(row['number']))
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

  /** The document that a link leads to, as things stand; of several with one title always the same. */
  resolve(target: DocumentTarget): string | undefined {
    return this.#resolve(keyOf(target))?.id
  }

  /** Where a document links to, in the order of its text. O(links). */
  linksOf(documentId: string): Link[] {
    const rows = this.#prepared(
      `SELECT l.target, l.written FROM ${this.#links} l JOIN ${this.#entries} e ON e.number = l.number
        WHERE e.document_id = ? ORDER BY l.position`,
    ).all(documentId)
    return rows.map(({ target, written }) => {
      const found = this.#resolve(String(target))
      return { written: String(written), id: found?.id ?? null, title: found?.title ?? null }
    })
  }

  /** Which documents link to one, by title. O(links to it). */
  backlinksOf(documentId: string): Backlink[] {
    const row = this.#prepared(`SELECT title_key, path FROM ${this.#entries} WHERE document_id = ?`).get(documentId)
    if (!row) return []
    const keys = [`title ${row['title_key']}`, `path ${row['path']}`]
    const targets = keys.filter((key) => this.#resolve(key)?.id === documentId)
    return this.#prepared(
      `SELECT e.document_id AS id, w.title AS title, min(l.excerpt) AS excerpt
         FROM ${this.#links} l JOIN ${this.#entries} e ON e.number = l.number JOIN ${this.#words} w ON w.rowid = e.number
        WHERE l.target IN (?, ?) AND e.document_id <> ? GROUP BY e.number ORDER BY e.title_key, e.document_id LIMIT ${maxBacklinks}`,
    )
      .all(targets[0] ?? null, targets[1] ?? null, documentId)
      .map(({ id, title, excerpt }) => ({
        id: String(id),
        title: toRead(String(title)),
        snippet: plainText(String(excerpt)).replaceAll('\n', ' '),
      }))
  }

  #resolve(key: string): { readonly id: string; readonly title: string } | undefined {
    const [kind] = key.split(' ', 1)
    const row = this.#prepared(
      `SELECT e.document_id AS id, w.title AS title FROM ${this.#entries} e JOIN ${this.#words} w ON w.rowid = e.number
        WHERE ${kind === 'path' ? 'e.path' : 'e.title_key'} = ? ORDER BY e.document_id LIMIT 1`,
    ).get(key.slice(`${kind} `.length))
    return row && { id: String(row['id']), title: toRead(String(row['title'])) }
  }

  #prepared(sql: string): Statement {
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)))
    return statement
  }
}

/** Links are kept by what they name, so that one to a document that comes later leads there from then on. */
function keyOf(target: DocumentTarget): string {
  return target.kind === 'title' ? `title ${titleKey(target.title)}` : `path ${target.path}`
}

function toFound(row: Record<string, SqlValue>): Found {
  const path = row['path']
  return { id: String(row['id']), title: toRead(String(row['title'])), path: typeof path === 'string' ? path : null }
}
