import { entryFor, findEntry, toBytes, toText } from './entry.ts'
import type { Place } from './entry.ts'
import type { ProcedureContext } from '../procedure.ts'

export function append(
  context: ProcedureContext,
  place: Place,
  value: string,
  options: { readonly max: number; readonly ttlMs?: number },
): void {
  const { database } = context
  const entry = entryFor(context, place, 'list', options.ttlMs)
  database.prepare('INSERT INTO kv_item (entry, position, value) VALUES (?, ?, ?)').run(entry.id, entry.next, toBytes(value))
  const removed = database.prepare('DELETE FROM kv_item WHERE entry = ? AND position <= ?').run(entry.id, entry.next - options.max).changes
  database.prepare('UPDATE kv_entry SET size = ?, next = ? WHERE id = ?').run(entry.size + 1 - removed, entry.next + 1, entry.id)
}

export function list(context: ProcedureContext, place: Place, limit: number): string[] {
  const entry = findEntry(context, place, 'list')
  if (!entry) return []
  const rows = context.database.prepare('SELECT value FROM kv_item WHERE entry = ? ORDER BY position DESC LIMIT ?').all(entry.id, limit)
  return rows.map((row) => toText(row['value'])).reverse()
}
