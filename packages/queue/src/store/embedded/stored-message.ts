import type { ProcedureContext } from '@millrace/connection'
import { levels } from '../../message.ts'
import type { MessageOptions } from '../../message.ts'
import type { StoredMessage } from '../store.ts'
import { corruptRecord, parseStored } from './corrupt-record.ts'
import { readDetail } from './details.ts'
import type { Whereabouts } from './locate.ts'
import { findMessage } from './message-rows.ts'
import type { QueueState } from './queue-state.ts'

/** All that is known of a message. O(log n). */
export function readStored(context: ProcedureContext, state: QueueState, id: string, found: Whereabouts): StoredMessage {
  const what = `The record of message ${id} in queue ${state.name}`
  const row = findMessage(context, state, id)
  const level = row && levels[row.level]
  if (!row || !level) throw corruptRecord(what)
  return {
    id,
    state: found.at === 'suspect' ? 'ready' : found.at,
    level,
    options: row.options === null ? undefined : parseStored<MessageOptions>(row.options, what),
    payload: row.payload,
    createdAtMs: row.createdAtMs,
    scheduledForMs: row.firstDueMs,
    atMs: atMs(found),
    retries: row.retries,
    crashes: row.crashes,
    worker: found.at === 'active' ? found.worker : null,
    reason: found.at === 'dead' ? parseStored<string>(found.reason, what) : null,
    ...readDetail(context, found.number, id),
  }
}

function atMs(found: Whereabouts): number | null {
  if (found.at === 'scheduled') return Math.floor(found.score / 1_000)
  if (found.at === 'completed') return Math.floor(found.finishedAtUs / 1_000)
  return found.at === 'dead' ? found.diedAtMs : null
}
