/** A value of a row. Integers above 2^53 do not occur: scores are µs since 1970. */
export type SqlValue = string | number | null | Uint8Array

export interface Statement {
  run(...values: SqlValue[]): { changes: number }
  get(...values: SqlValue[]): Record<string, SqlValue> | undefined
  all(...values: SqlValue[]): Record<string, SqlValue>[]
}

/** What both SQLite drivers offer. Rows are plain objects; blobs are Uint8Array. */
export interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}
