import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { openDatabase } from 'millrace'
import type { Database, SqlValue, Statement } from 'millrace'
import { keptVersions } from './document-store.ts'
import type {
  Changes,
  DocumentStore,
  DocumentSummary,
  DocumentVersion,
  Draft,
  Staged,
  StoredDocument,
  VersionSummary,
} from './document-store.ts'

const changesPerRead = 500
/** A power cut takes at most this much, like the queue's own file at `crash-safe`. */
const syncEveryMs = 1_000

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, last_number INTEGER NOT NULL,
    current INTEGER, created_at_ms INTEGER, updated_at_ms INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS documents_by_update ON documents (updated_at_ms DESC, id) WHERE current IS NOT NULL;
  CREATE TABLE IF NOT EXISTS versions (
    document_id TEXT NOT NULL, version INTEGER NOT NULL, stored INTEGER NOT NULL, title TEXT NOT NULL, path TEXT,
    author TEXT NOT NULL, import_id TEXT, staged_at_ms INTEGER NOT NULL, text_bytes INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (document_id, version)
  );
  CREATE TABLE IF NOT EXISTS changes (number INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL UNIQUE);
`

const summaryColumns = 'd.id, d.created_at_ms, d.updated_at_ms, v.version, v.title, v.path, v.author, v.text_bytes'
const currentVersions = 'documents d JOIN versions v ON v.document_id = d.id AND v.version = d.current'

/** Documents in an SQLite file of this process alone. Calls are synchronous inside: a write is some tens of µs and no sync. */
export class EmbeddedDocumentStore implements DocumentStore {
  readonly #database: Database
  readonly #statements = new Map<string, Statement>()
  readonly #listeners = new Set<() => void>()
  #dirty = false
  readonly #syncing: NodeJS.Timeout

  /** @param file made where it is missing, with its folder */
  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true })
    this.#database = openDatabase(file)
    this.#database.exec(schema)
    this.#syncing = setInterval(() => this.#sync(), syncEveryMs).unref()
  }

  async identity(): Promise<string> {
    this.#run(`INSERT OR IGNORE INTO meta VALUES ('identity', ?)`, randomUUID())
    return String(this.#row(`SELECT value FROM meta WHERE key = 'identity'`)?.['value'])
  }

  async stage(draft: Draft): Promise<Staged> {
    return this.#inTransaction(() => {
      const document = this.#row('SELECT last_number, current FROM documents WHERE id = ?', draft.documentId)
      const current = this.#version(draft.documentId, Number(document?.['current'] ?? 0))
      if (current && sameContent(current, draft)) return { version: current.version, status: 'unchanged' }
      const lastNumber = Number(document?.['last_number'] ?? 0)
      const last = this.#version(draft.documentId, lastNumber)
      if (last && last.importId !== null && last.importId === draft.importId && sameContent(last, draft)) {
        return { version: lastNumber, status: 'staged' }
      }
      const version = lastNumber + 1
      this.#run(
        'INSERT INTO documents (id, last_number) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET last_number = excluded.last_number',
        draft.documentId,
        version,
      )
      this.#run(
        'INSERT INTO versions VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?)',
        draft.documentId,
        version,
        draft.title,
        draft.path,
        draft.author,
        draft.importId,
        Date.now(),
        Buffer.byteLength(draft.text),
        draft.text,
      )
      return { version, status: 'staged' }
    })
  }

  async putVersion(documentId: string, version: number): Promise<'stored' | 'already' | 'missing'> {
    return this.#inTransaction(() => {
      const row = this.#row('SELECT stored FROM versions WHERE document_id = ? AND version = ?', documentId, version)
      if (!row) return 'missing'
      if (row['stored'] === 1) return 'already'
      this.#run('UPDATE versions SET stored = 1 WHERE document_id = ? AND version = ?', documentId, version)
      const nowMs = Date.now()
      this.#run(
        `UPDATE documents SET current = ?, updated_at_ms = ?, created_at_ms = coalesce(created_at_ms, ?)
          WHERE id = ? AND (current IS NULL OR current < ?)`,
        version,
        nowMs,
        nowMs,
        documentId,
        version,
      )
      this.#run(
        `DELETE FROM versions WHERE document_id = ? AND stored = 1 AND version <= (
           SELECT version FROM versions WHERE document_id = ? AND stored = 1 ORDER BY version DESC LIMIT 1 OFFSET ?)`,
        documentId,
        documentId,
        keptVersions,
      )
      return 'stored'
    })
  }

  async discard(documentId: string, version: number): Promise<'discarded' | 'stored'> {
    this.#run('DELETE FROM versions WHERE document_id = ? AND version = ? AND stored = 0', documentId, version)
    return this.#version(documentId, version) ? 'stored' : 'discarded'
  }

  async delete(documentId: string): Promise<boolean> {
    return this.#inTransaction(() => {
      const wasThere = this.#row('SELECT 1 FROM documents WHERE id = ? AND current IS NOT NULL', documentId) !== undefined
      this.#run('DELETE FROM versions WHERE document_id = ?', documentId)
      this.#run('UPDATE documents SET current = NULL, created_at_ms = NULL, updated_at_ms = NULL WHERE id = ?', documentId)
      return wasThere
    })
  }

  async get(documentId: string): Promise<StoredDocument | undefined> {
    const row = this.#row(`SELECT ${summaryColumns}, v.text FROM ${currentVersions} WHERE d.id = ?`, documentId)
    return row && { ...summaryOf(row), text: String(row['text']) }
  }

  async getVersion(documentId: string, version: number): Promise<DocumentVersion | undefined> {
    return this.#version(documentId, version)
  }

  async versionBefore(documentId: string, version: number): Promise<DocumentVersion | undefined> {
    const row = this.#row(
      'SELECT max(version) AS n FROM versions WHERE document_id = ? AND stored = 1 AND version < ?',
      documentId,
      version,
    )
    return this.#version(documentId, Number(row?.['n'] ?? 0))
  }

  async versions(documentId: string): Promise<VersionSummary[]> {
    const rows = this.#statement(
      `SELECT version, title, author, staged_at_ms, text_bytes FROM versions
        WHERE document_id = ? AND stored = 1 ORDER BY version DESC LIMIT ?`,
    ).all(documentId, keptVersions)
    return rows.map((row) => ({
      version: Number(row['version']),
      title: String(row['title']),
      textBytes: Number(row['text_bytes']),
      createdAtMs: Number(row['staged_at_ms']),
      author: String(row['author']),
    }))
  }

  async list(page: { offset: number; limit: number }): Promise<{ documents: DocumentSummary[]; total: number }> {
    const rows = this.#statement(
      `SELECT ${summaryColumns} FROM ${currentVersions} WHERE d.current IS NOT NULL ORDER BY d.updated_at_ms DESC, d.id LIMIT ? OFFSET ?`,
    ).all(page.limit, page.offset)
    const total = Number(this.#row('SELECT count(*) AS n FROM documents WHERE current IS NOT NULL')?.['n'] ?? 0)
    return { documents: rows.map(summaryOf), total }
  }

  async summaries(documentIds: readonly string[]): Promise<DocumentSummary[]> {
    const rows = documentIds.map((id) => this.#row(`SELECT ${summaryColumns} FROM ${currentVersions} WHERE d.id = ?`, id))
    return rows.filter((row) => row !== undefined).map(summaryOf)
  }

  async announce(documentId: string): Promise<void> {
    this.#run('INSERT OR REPLACE INTO changes (document_id) VALUES (?)', documentId)
    for (const listener of this.#listeners) queueMicrotask(listener)
  }

  async changesSince(cursor: string): Promise<Changes | undefined> {
    const rows = this.#statement('SELECT number, document_id FROM changes WHERE number > ? ORDER BY number LIMIT ?').all(
      Number(cursor),
      changesPerRead,
    )
    return {
      documentIds: rows.map((row) => String(row['document_id'])),
      cursor: String(rows.at(-1)?.['number'] ?? cursor),
      more: rows.length === changesPerRead,
    }
  }

  async latestChange(): Promise<string> {
    return String(this.#row('SELECT coalesce(max(number), 0) AS n FROM changes')?.['n'] ?? 0)
  }

  async onChange(listener: () => void): Promise<() => Promise<void>> {
    this.#listeners.add(listener)
    return async () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    clearInterval(this.#syncing)
    this.#sync()
    this.#database.close()
  }

  #version(documentId: string, version: number): DocumentVersion | undefined {
    const row = this.#row('SELECT * FROM versions WHERE document_id = ? AND version = ?', documentId, version)
    return (
      row && {
        documentId,
        version,
        title: String(row['title']),
        path: textOrNull(row['path']),
        text: String(row['text']),
        author: String(row['author']),
        importId: textOrNull(row['import_id']),
        stagedAtMs: Number(row['staged_at_ms']),
      }
    )
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)))
    return statement
  }

  #row(sql: string, ...values: SqlValue[]): Record<string, SqlValue> | undefined {
    return this.#statement(sql).get(...values)
  }

  #run(sql: string, ...values: SqlValue[]): void {
    this.#dirty = true
    this.#statement(sql).run(...values)
  }

  #inTransaction<Answer>(work: () => Answer): Answer {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const answer = work()
      this.#database.exec('COMMIT')
      return answer
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** A checkpoint syncs the log. It fails harmlessly (a full disk): the next second tries again. */
  #sync(): void {
    if (!this.#dirty) return
    try {
      this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)')
      this.#dirty = false
    } catch {
      this.#dirty = true
    }
  }
}

function summaryOf(row: Record<string, SqlValue>): DocumentSummary {
  return {
    id: String(row['id']),
    title: String(row['title']),
    path: textOrNull(row['path']),
    version: Number(row['version']),
    textBytes: Number(row['text_bytes']),
    createdAtMs: Number(row['created_at_ms']),
    updatedAtMs: Number(row['updated_at_ms']),
    updatedBy: String(row['author']),
  }
}

function sameContent(version: DocumentVersion, draft: Draft): boolean {
  return version.text === draft.text && version.title === draft.title && version.path === draft.path
}

function textOrNull(value: SqlValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}
