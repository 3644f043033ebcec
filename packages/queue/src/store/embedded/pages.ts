import type { ProcedureContext, SqlValue } from '@millrace/connection'
import { cursorInvalid } from '../../errors.ts'
import { levels } from '../../message.ts'
import { maxBytesPerCall } from '../store.ts'
import type { MessageQuery, StoredMessage } from '../store.ts'
import { corruptRecord } from './corrupt-record.ts'
import { locate } from './locate.ts'
import type { PageAnswer } from './procedures/inspect.ts'
import type { QueueState } from './queue-state.ts'
import { storedTerm } from './retention.ts'
import { readStored } from './stored-message.ts'

/** Completed messages further back are found by id only. */
const newestLooked = 10_000
/** In a page of ready messages the suspects come after all levels. */
const suspectSection = levels.length

/** A message's place in the order of its state; the last one of a page is the cursor of the next. */
type Key = readonly (string | number)[]

interface Listed {
  readonly id: string
  readonly key: Key
}

/** How the keys of each state are made of text and numbers; a cursor must look like this. */
const keyShapes: Readonly<Record<MessageQuery['state'], string>> = {
  ready: 'number number string',
  scheduled: 'number number string',
  active: 'string string',
  completed: 'number',
  dead: 'number string',
}

/**
 * One page of at most 256 KiB (a larger message alone), which begins behind the message its cursor names, whether or not that one is still
 * there. O(limit · log n); with a level, completed and dead ones of other levels are passed over one by one.
 */
export function readPage(context: ProcedureContext, state: QueueState, query: MessageQuery): PageAnswer {
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, query.state)
  const listed = list(context, state, query, after)
  const messages: StoredMessage[] = []
  let bytes = 0
  for (const { id } of listed.slice(0, query.limit)) {
    const found = locate(context, state, id)
    if (!found) throw corruptRecord(`The record of message ${id} in queue ${state.name}`)
    const message = readStored(context, state, id, found)
    bytes += Buffer.byteLength(message.payload)
    if (bytes > maxBytesPerCall && messages.length > 0) break
    messages.push(message)
  }
  return {
    messages,
    cursor: listed.length > messages.length ? Buffer.from(JSON.stringify(listed[messages.length - 1]?.key)).toString('base64url') : null,
    truncated: query.state === 'completed' && state.figures.counts.completed > newestLooked,
  }
}

function readCursor(cursor: string, state: MessageQuery['state']): Key {
  try {
    const key = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Key
    if (key.map((part) => typeof part).join(' ') === keyShapes[state]) return key
  } catch {
    // Refused below.
  }
  throw cursorInvalid(state)
}

/** One more than the limit, so that it shows whether there is a further page. */
function list(context: ProcedureContext, state: QueueState, query: MessageQuery, after: Key | undefined): Listed[] {
  const limit = query.limit + 1
  switch (query.state) {
    case 'ready':
      return [
        ...ranked(context, state, { query, table: 'queue_ready', after, limit }),
        ...suspects(context, state, { query, after, limit }),
      ].slice(0, limit)
    case 'scheduled':
      return ranked(context, state, { query, table: 'queue_scheduled', after, limit })
    case 'active':
      return active(state, query, after, limit)
    case 'completed':
      return completed(context, state, { query, after, limit })
    case 'dead':
      return dead(context, state, { query, after, limit })
  }
}

interface Request {
  readonly query: MessageQuery
  readonly after: Key | undefined
  readonly limit: number
}

/** By level, score and id. */
function ranked(
  context: ProcedureContext,
  state: QueueState,
  request: Request & { readonly table: 'queue_ready' | 'queue_scheduled' },
): Listed[] {
  const { query, table, after, limit } = request
  const select = context.database.prepare(
    `SELECT score, id FROM ${table} WHERE queue = ? AND level = ? AND (score, id) > (?, ?) ORDER BY score, id LIMIT ?`,
  )
  const [afterLevel = 0, afterScore, afterId] = (after ?? []) as [number?, number?, string?]
  const found: Listed[] = []
  for (const [level, name] of levels.entries()) {
    if (level < afterLevel || found.length >= limit || (query.level !== undefined && query.level !== name)) continue
    const from = level === afterLevel && afterScore !== undefined ? [afterScore, afterId as string] : [-1, '']
    for (const { score, id } of select.all(state.number, level, ...from, limit - found.length)) {
      found.push({ id: String(id), key: [level, Number(score), String(id)] })
    }
  }
  return found
}

function suspects(context: ProcedureContext, state: QueueState, { query, after, limit }: Request): Listed[] {
  const [section, score, id] = (after ?? []) as [number?, number?, string?]
  const from = section === suspectSection ? [score as number, id as string] : [-1, '']
  const level = query.level === undefined ? null : levels.indexOf(query.level)
  const rows = context.database
    .prepare(
      'SELECT score, id FROM queue_suspect WHERE queue = ?1 AND (?2 IS NULL OR level = ?2) AND (score, id) > (?3, ?4) ORDER BY score, id LIMIT ?5',
    )
    .all(state.number, level, ...from, limit)
  return rows.map((row) => ({ id: String(row['id']), key: [suspectSection, Number(row['score']), String(row['id'])] }))
}

/** By worker, then id. */
function active(state: QueueState, query: MessageQuery, after: Key | undefined, limit: number): Listed[] {
  const [afterWorker = '', afterId = ''] = (after ?? []) as [string?, string?]
  const found: Listed[] = []
  for (const [worker, { claims }] of [...state.leases].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const [id, { level }] of [...claims].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const isBehind = worker > afterWorker || (worker === afterWorker && id > afterId)
      if (isBehind && (query.level === undefined || levels[level] === query.level)) found.push({ id, key: [worker, id] })
    }
  }
  return found.slice(0, limit)
}

/** Newest first. Numbers have no gaps, since only the oldest ever leave. */
function completed(context: ProcedureContext, state: QueueState, { query, after, limit }: Request): Listed[] {
  const { finished } = state.figures
  const [before = finished + 1] = (after ?? []) as [number?]
  const level = query.level === undefined ? null : levels.indexOf(query.level)
  const rows = context.database
    .prepare(
      `SELECT c.number, m.id FROM queue_completed c LEFT JOIN queue_message m ON m.number = c.message
       WHERE c.queue = ?1 AND c.number < ?2 AND c.number > ?3 AND (?4 IS NULL OR m.level = ?4)
       ORDER BY c.number DESC LIMIT ?5`,
    )
    .all(state.number, before, finished - newestLooked, level, limit)
  return rows.map((row) => ({ id: String(row['id']), key: [Number(row['number'])] }))
}

/** Newest first, all or those of one term. */
function dead(context: ProcedureContext, state: QueueState, { query, after, limit }: Request): Listed[] {
  const [diedAtMs = Number.MAX_SAFE_INTEGER, id = ''] = (after ?? []) as [number?, string?]
  const level = query.level === undefined ? null : levels.indexOf(query.level)
  const bounds: SqlValue[] = [state.number, level, diedAtMs, id, limit]
  const condition = 'queue = ?1 AND (?2 IS NULL OR level = ?2) AND (died_at_ms, id) < (?3, ?4)'
  const order = 'ORDER BY died_at_ms DESC, id DESC LIMIT ?5'
  const rows =
    query.term === undefined
      ? context.database.prepare(`SELECT died_at_ms, id FROM queue_dead WHERE ${condition} ${order}`).all(...bounds)
      : context.database
          .prepare(`SELECT died_at_ms, id FROM queue_term WHERE term = ?6 AND ${condition} ${order}`)
          .all(...bounds, storedTerm(query.term))
  return rows.map((row) => ({ id: String(row['id']), key: [Number(row['died_at_ms']), String(row['id'])] }))
}
