import type { ProcedureContext } from '@millrace/connection'
import type { AttemptRecord } from '../store.ts'
import { parseStored } from './corrupt-record.ts'

/** What is kept of a message beside its record. */
export interface Detail {
  readonly attempts: readonly AttemptRecord[]
  readonly progress: { readonly ratio: number; readonly note: string | null } | null
  readonly log: readonly string[]
  readonly value: string | null
}

const maxAttempts = 20

export function readDetail({ database }: ProcedureContext, message: number, id: string): Detail {
  const row = database.prepare('SELECT attempts, progress, log, value FROM queue_detail WHERE message = ?').get(message)
  const part = <Value>(name: string, absent: Value): Value => {
    const text = row?.[name]
    return text === undefined || text === null ? absent : parseStored<Value>(text, `The ${name} of message ${id}`)
  }
  return { attempts: part('attempts', []), progress: part('progress', null), log: part('log', []), value: part('value', null) }
}

/** Appends to the attempts, of which the newest 20 are kept. `attempt` is an `AttemptRecord` as JSON. */
export function addAttempt(context: ProcedureContext, message: number, id: string, attempt: string): void {
  const { attempts } = readDetail(context, message, id)
  writePart(context, message, 'attempts', [...attempts, JSON.parse(attempt) as AttemptRecord].slice(-maxAttempts))
}

export function writePart<Part extends keyof Detail>(
  { database }: ProcedureContext,
  message: number,
  part: Part,
  value: Detail[Part],
): void {
  database
    .prepare(`INSERT INTO queue_detail (message, ${part}) VALUES (?, ?) ON CONFLICT (message) DO UPDATE SET ${part} = excluded.${part}`)
    .run(message, JSON.stringify(value))
}
