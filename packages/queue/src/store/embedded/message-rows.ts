import type { ProcedureContext, SqlValue } from '@millrace/connection'
import { corruptRecord, parseStored } from './corrupt-record.ts'
import type { QueueState } from './queue-state.ts'

/** The record of a message, its options still JSON text (proved to parse). */
export interface MessageRow {
  readonly number: number
  readonly id: string
  readonly level: number
  readonly score: number
  readonly createdAtMs: number
  readonly firstDueMs: number | null
  readonly retries: number
  readonly crashes: number
  readonly options: string | null
  readonly payload: string
}

type Row = Record<string, SqlValue>

const columns = 'm.number, m.level, m.score, m.created_at_ms, m.first_due_ms, m.retries, m.crashes, m.options, m.payload'
const ofReady = `SELECT r.id, ${columns} FROM queue_ready r LEFT JOIN queue_message m ON m.number = r.message
  WHERE r.queue = ? AND r.level = ? ORDER BY r.score, r.id LIMIT ?`
const ofNumbers = `SELECT m.id, ${columns} FROM json_each(?) j LEFT JOIN queue_message m ON m.number = j.value`

/** The first ready messages of a level, in order. @throws STORE_CORRUPT when one cannot be read, or there are fewer than `count` */
export function readReady(context: ProcedureContext, state: QueueState, level: number, count: number): MessageRow[] {
  const rows = context.database.prepare(ofReady).all(state.number, level, count)
  if (rows.length !== count) throw corruptRecord(`The order of queue ${state.name}`)
  const read = reader(state)
  return rows.map(read)
}

/** Bytes of the payloads of the first ready messages of a level, in order; none is read. */
export function readPayloadBytes(context: ProcedureContext, state: QueueState, level: number, limit: number): number[] {
  const rows = context.database
    .prepare(
      `SELECT octet_length(m.payload) AS bytes FROM queue_ready r LEFT JOIN queue_message m ON m.number = r.message
       WHERE r.queue = ? AND r.level = ? ORDER BY r.score, r.id LIMIT ?`,
    )
    .all(state.number, level, limit)
  return rows.map((row) => Number(row['bytes']))
}

/** The messages of these numbers, in their order. @throws STORE_CORRUPT when one is missing or cannot be read */
export function readMessages(context: ProcedureContext, state: QueueState, numbers: readonly number[]): MessageRow[] {
  if (numbers.length === 0) return []
  return context.database.prepare(ofNumbers).all(JSON.stringify(numbers)).map(reader(state))
}

/** The message of an id, if there is one. */
export function findMessage({ database }: ProcedureContext, state: QueueState, id: string): MessageRow | undefined {
  const row = database.prepare(`SELECT m.id, ${columns} FROM queue_message m WHERE m.queue = ? AND m.id = ?`).get(state.number, id)
  return row && reader(state)(row)
}

/** Options repeat from message to message, so the last text is not parsed again. */
function reader(state: QueueState): (row: Row) => MessageRow {
  let parsed: SqlValue | undefined = null
  return (row) => {
    const id = String(row['id'])
    const what = `The record of message ${id} in queue ${state.name}`
    const { level, score, payload, options } = row
    if (typeof payload !== 'string' || typeof score !== 'number' || typeof level !== 'number') throw corruptRecord(what)
    if (options !== parsed && options !== null) parseStored(options, what)
    parsed = options
    return {
      number: row['number'] as number,
      id,
      level,
      score,
      createdAtMs: row['created_at_ms'] as number,
      firstDueMs: row['first_due_ms'] as number | null,
      retries: row['retries'] as number,
      crashes: row['crashes'] as number,
      options: options as string | null,
      payload,
    }
  }
}
