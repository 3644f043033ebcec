import type { ProcedureContext } from '../procedure.ts'
import type { Shape } from './entry.ts'

const leastRows = 16

const removeRows: Record<Shape, string | undefined> = {
  value: undefined,
  fields: 'DELETE FROM kv_field WHERE entry = ?1 AND field IN (SELECT field FROM kv_field WHERE entry = ?1 LIMIT ?2)',
  'sorted-set': 'DELETE FROM kv_member WHERE entry = ?1 AND member IN (SELECT member FROM kv_member WHERE entry = ?1 LIMIT ?2)',
  list: 'DELETE FROM kv_item WHERE entry = ?1 AND position IN (SELECT position FROM kv_item WHERE entry = ?1 LIMIT ?2)',
}

/**
 * Removes entries whose time is over, once a group that wrote, in slices: at least 16 rows and always more than the group can have
 * added, so that what is over never piles up. Nothing sees it before: reading compares the time itself.
 */
export function sweepLater(context: ProcedureContext): void {
  const writes = ((context.memory.get('connection/kv-writes') as number | undefined) ?? 0) + 1
  context.memory.set('connection/kv-writes', writes)
  context.beforeCommit('connection/kv-sweep', () => {
    context.memory.delete('connection/kv-writes')
    sweep(context, leastRows + 2 * writes)
  })
}

function sweep(context: ProcedureContext, rows: number): void {
  const { database } = context
  const due = database.prepare('SELECT id, shape FROM kv_entry WHERE expires_at <= ? ORDER BY expires_at LIMIT 1')
  let left = rows
  while (left > 0) {
    const row = due.get(context.nowUs())
    if (!row) return
    const id = Number(row['id'])
    const sql = removeRows[row['shape'] as Shape]
    const removed = sql === undefined ? 0 : database.prepare(sql).run(id, left).changes
    left -= removed + 1
    if (left >= 0) database.prepare('DELETE FROM kv_entry WHERE id = ?').run(id)
  }
}
