import type { ProcedureContext } from '@millrace/connection'
import type { AttemptRecord } from '../store.ts'
import { parseStored } from './corrupt-record.ts'
import type { QueueState } from './queue-state.ts'

/** What is kept of a message beside its record. */
export interface Detail {
  readonly attempts: readonly AttemptRecord[]
  readonly progress: { readonly ratio: number; readonly note: string | null } | null
  readonly log: readonly string[]
  readonly value: string | null
}

const maxAttempts = 20

export function readDetail({ database }: ProcedureContext, state: QueueState, id: string): Detail {
  const row = database.prepare('SELECT attempts, progress, log, value FROM queue_detail WHERE queue = ? AND id = ?').get(state.number, id)
  const part = <Value>(name: string, absent: Value): Value => {
    const text = row?.[name]
    return text === undefined || text === null ? absent : parseStored<Value>(text, `The ${name} of message ${id} in queue ${state.name}`)
  }
  return { attempts: part('attempts', []), progress: part('progress', null), log: part('log', []), value: part('value', null) }
}

/** Appends to the attempts, of which the newest 20 are kept. `attempt` is an `AttemptRecord` as JSON. */
export function addAttempt(context: ProcedureContext, state: QueueState, id: string, attempt: string): void {
  const { attempts } = readDetail(context, state, id)
  writePart(context, state, id, 'attempts', [...attempts, JSON.parse(attempt) as AttemptRecord].slice(-maxAttempts))
}

export function writePart<Part extends keyof Detail>(
  { database }: ProcedureContext,
  state: QueueState,
  id: string,
  part: Part,
  value: Detail[Part],
): void {
  database
    .prepare(
      `INSERT INTO queue_detail (queue, id, ${part}) VALUES (?, ?, ?) ON CONFLICT (queue, id) DO UPDATE SET ${part} = excluded.${part}`,
    )
    .run(state.number, id, JSON.stringify(value))
}
