import type { ProcedureContext, SqlValue } from '@millrace/connection'
import { die } from '../retention.ts'
import { queueState, touch } from '../queue-state.ts'
import type { QueueState } from '../queue-state.ts'
export { prepare } from '../schema.ts'

export interface AuditCall {
  readonly queue: string
  readonly phase: string
  /** Where the phase goes on: the key of the last row, as JSON text; '' begins it. */
  readonly after: string
  readonly repair: boolean
}

export interface AuditAnswer {
  readonly found: readonly { readonly subject: string; readonly detail: string }[]
  readonly after: string | null
}

const pageSize = 250

/** The tables of places: their key behind `queue`, and what is counted where a row goes. */
const places: Readonly<Record<string, { readonly table: string; readonly key: readonly string[]; readonly id: string }>> = {
  ready: { table: 'queue_ready', key: ['level', 'score', 'id'], id: 'p.id' },
  scheduled: { table: 'queue_scheduled', key: ['level', 'score', 'id'], id: 'p.id' },
  suspects: { table: 'queue_suspect', key: ['score', 'id'], id: 'p.id' },
  completed: { table: 'queue_completed', key: ['number'], id: "'number ' || p.message" },
  dead: { table: 'queue_dead', key: ['died_at_ms', 'id'], id: 'p.id' },
  claims: { table: 'queue_claim', key: ['worker', 'id'], id: 'p.id' },
}

/** One slice of at most 250 rows; phase `integrity` reads the whole file, once. */
export function run(context: ProcedureContext, { queue, phase, after, repair }: AuditCall): AuditAnswer {
  if (phase === 'integrity') return { found: integrity(context), after: null }
  const row = context.database.prepare('SELECT number FROM queue WHERE name = ?').get(queue)
  if (!row) return { found: [], after: null }
  const number = Number(row['number'])
  if (phase === 'leases') return { found: leases(context, queue, number, repair), after: null }
  const state = queueState(context, queue)
  if (phase === 'bodies') return bodies(context, state, after, repair)
  if (phase === 'rests') return rests(context, after, repair)
  if (phase === 'keys') return keys(context, state, after, repair)
  return placesWithoutBody(context, state, { phase, after, repair })
}

function integrity({ database }: ProcedureContext): AuditAnswer['found'] {
  const rows = database.prepare('PRAGMA integrity_check(20)').all()
  return rows.flatMap((row) => {
    const said = String(row['integrity_check'])
    return said === 'ok' ? [] : [{ subject: 'millrace.db', detail: said }]
  })
}

/** Claims of workers that have no lease, which no queue can be read with. A lease that has ended lets the next rescue give them back. */
function leases({ database, memory }: ProcedureContext, queue: string, number: number, repair: boolean): AuditAnswer['found'] {
  const lost = database
    .prepare(
      'SELECT DISTINCT worker FROM queue_claim c WHERE queue = ?1 AND NOT EXISTS (SELECT 1 FROM queue_worker w WHERE w.queue = ?1 AND w.worker = c.worker) LIMIT ?2',
    )
    .all(number, pageSize)
    .map((row) => String(row['worker']))
  for (const worker of repair ? lost : []) {
    database
      .prepare(
        "INSERT INTO queue_worker (queue, worker, deadline_us, number, nonce, outcomes, idle_since_us) VALUES (?, ?, 1, 0, '', '', NULL)",
      )
      .run(number, worker)
  }
  if (repair && lost.length > 0) memory.delete(`queue/${queue}`)
  return lost.map((worker) => ({ subject: worker, detail: '' }))
}

function bodies(context: ProcedureContext, state: QueueState, after: string, repair: boolean): AuditAnswer {
  const { database } = context
  const from = after === '' ? 0 : Number(after)
  const last = database
    .prepare(
      'SELECT max(number) AS last, count(*) AS count FROM (SELECT number FROM queue_message WHERE number > ? ORDER BY number LIMIT ?)',
    )
    .get(from, pageSize)
  const to = Number(last?.['last'] ?? from)
  const homeless = database
    .prepare(
      `SELECT m.number, m.id, m.level FROM queue_message m WHERE m.number > ?1 AND m.number <= ?2 AND m.queue = ?3
       AND NOT EXISTS (SELECT 1 FROM queue_ready p WHERE p.queue = m.queue AND p.level = m.level AND p.score = m.score AND p.id = m.id)
       AND NOT EXISTS (SELECT 1 FROM queue_scheduled p WHERE p.queue = m.queue AND p.level = m.level AND p.score = m.score AND p.id = m.id)
       AND NOT EXISTS (SELECT 1 FROM queue_suspect p WHERE p.queue = m.queue AND p.score = m.score AND p.id = m.id)
       AND NOT EXISTS (SELECT 1 FROM queue_completed p WHERE p.message = m.number)
       AND NOT EXISTS (SELECT 1 FROM queue_dead p WHERE p.message = m.number)`,
    )
    .all(from, to, state.number)
  const held = new Set<number>()
  for (const { claims } of state.leases.values()) for (const { message } of claims.values()) held.add(message)
  const found = homeless.filter((row) => !held.has(Number(row['number'])))
  for (const row of repair ? found : []) {
    touch(context, state)
    const [message, id, level] = [Number(row['number']), String(row['id']), Number(row['level'])]
    const diedAtMs = Math.floor(context.nowUs() / 1_000)
    die(context, state, { id, message, level, diedAtMs, reason: 'found without a place in its queue', terms: [] })
  }
  const more = Number(last?.['count'] ?? 0) === pageSize
  return { found: found.map((row) => ({ subject: String(row['id']), detail: '' })), after: more ? String(to) : null }
}

/** Details and keys of messages that are gone, of all queues of the file. */
function rests({ database }: ProcedureContext, after: string, repair: boolean): AuditAnswer {
  const from = after === '' ? 0 : Number(after)
  const pages = (['queue_detail', 'queue_keyed'] as const).map((table) => {
    const rows = database
      .prepare(
        `SELECT r.message, m.number IS NULL AS lost FROM (SELECT message FROM ${table} WHERE message > ? ORDER BY message LIMIT ?) r
         LEFT JOIN queue_message m ON m.number = r.message`,
      )
      .all(from, pageSize)
    return { table, rows, last: rows.length === pageSize ? Number(rows.at(-1)?.['message']) : Infinity }
  })
  // As far as both pages reach.
  const to = Math.min(...pages.map(({ last }) => last))
  const found: { subject: string; detail: string }[] = []
  for (const { table, rows } of pages) {
    for (const row of rows) {
      const message = Number(row['message'])
      if (row['lost'] !== 1 || message > to) continue
      found.push({ subject: `number ${message}`, detail: table === 'queue_keyed' ? 'keyed' : 'details' })
      if (repair) database.prepare(`DELETE FROM ${table} WHERE message = ?`).run(message)
    }
  }
  return { found, after: to === Infinity ? null : String(to) }
}

function keys({ database }: ProcedureContext, state: QueueState, after: string, repair: boolean): AuditAnswer {
  const rows = database
    .prepare(
      `SELECT k.key, k.id, k.until_us IS NULL AND NOT EXISTS (SELECT 1 FROM queue_keyed n WHERE n.message = k.message) AS lost
       FROM queue_key k WHERE k.queue = ? AND k.key > ? ORDER BY k.key LIMIT ?`,
    )
    .all(state.number, after, pageSize)
  const lost = rows.filter((row) => row['lost'] === 1)
  for (const row of repair ? lost : [])
    database.prepare('DELETE FROM queue_key WHERE queue = ? AND key = ?').run(state.number, row['key'] as SqlValue)
  const last = rows.length === pageSize ? String(rows.at(-1)?.['key']) : null
  return { found: lost.map((row) => ({ subject: String(row['key']), detail: String(row['id']) })), after: last }
}

function placesWithoutBody(
  context: ProcedureContext,
  state: QueueState,
  { phase, after, repair }: { readonly phase: string; readonly after: string; readonly repair: boolean },
): AuditAnswer {
  const place = places[phase]
  if (!place) return { found: [], after: null }
  const { table, key, id } = place
  const from = after === '' ? undefined : (JSON.parse(after) as SqlValue[])
  const behind = from === undefined ? '' : `AND (${key.join()}) > (${key.map(() => '?').join()})`
  const rows = context.database
    .prepare(
      `SELECT ${key.map((name) => `p.${name}`).join()}, ${id} AS subject, m.number IS NULL AS lost
       FROM (SELECT * FROM ${table} WHERE queue = ? ${behind} ORDER BY ${key.join()} LIMIT ?) p LEFT JOIN queue_message m ON m.number = p.message`,
    )
    .all(state.number, ...(from ?? []), pageSize)
  const lost = rows.filter((row) => row['lost'] === 1)
  for (const row of repair ? lost : []) {
    touch(context, state)
    const bound = key.map((name) => row[name] as SqlValue)
    context.database
      .prepare(`DELETE FROM ${table} WHERE queue = ? AND ${key.map((name) => `${name} = ?`).join(' AND ')}`)
      .run(state.number, ...bound)
    uncount(state, phase, row)
  }
  const last = rows.length === pageSize ? rows.at(-1) : undefined
  return {
    found: lost.map((row) => ({ subject: String(row['subject']), detail: phase })),
    after: last === undefined ? null : JSON.stringify(key.map((name) => last[name])),
  }
}

function uncount(state: QueueState, phase: string, row: Readonly<Record<string, SqlValue>>): void {
  const { counts, totals } = state.figures
  totals.removed += 1
  state.nextDueUs = undefined
  state.overdue = undefined
  if (phase === 'completed' || phase === 'dead') counts[phase] -= 1
  else if (phase === 'claims') state.leases.get(String(row['worker']))?.claims.delete(String(row['id']))
  else {
    const byLevel = counts[phase as 'ready' | 'scheduled' | 'suspects']
    const level = Number(row['level'] ?? 2)
    byLevel[level] = (byLevel[level] ?? 0) - 1
  }
}
