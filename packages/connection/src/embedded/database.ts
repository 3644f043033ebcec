/**
 * A value of a row. Integers above 2^53 do not occur: scores are µs since 1970. A number is bound as a double:
 * a column of INTEGER affinity stores whole ones as integers, an expression (`? / 2`) calculates with doubles.
 * A NUL inside a text cuts it on the way back: store such values as a blob.
 */
export type SqlValue = string | number | null | Uint8Array

export interface Statement {
  run(...values: SqlValue[]): { changes: number }
  get(...values: SqlValue[]): Record<string, SqlValue> | undefined
  all(...values: SqlValue[]): Record<string, SqlValue>[]
}

/** What both SQLite drivers offer. Rows are plain objects; blobs are Uint8Array. Every failure is a `DatabaseError`. */
export interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  /** Its statements must not be used afterwards. */
  close(): void
}

/** The primary result codes of SQLite that callers tell apart. */
const names: Record<number, string> = {
  1: 'SQLITE_ERROR',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  9: 'SQLITE_INTERRUPT',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  18: 'SQLITE_TOOBIG',
  19: 'SQLITE_CONSTRAINT',
  20: 'SQLITE_MISMATCH',
  21: 'SQLITE_MISUSE',
  26: 'SQLITE_NOTADB',
}

/** What SQLite refused, in the same words from both drivers. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  /** The primary result code's name, such as `SQLITE_CONSTRAINT`. */
  readonly code: string
  /** The extended result code, such as 2067 (a unique constraint); its lowest byte is the primary one. */
  readonly resultCode: number

  constructor(resultCode: number, message: string, cause: unknown) {
    super(message, { cause })
    this.resultCode = resultCode
    this.code = names[resultCode & 0xff] ?? `SQLITE_${resultCode & 0xff}`
  }
}
