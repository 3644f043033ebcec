import { entryFor, findEntry, resize, toBytes, toText } from './entry.ts'
import type { Place } from './entry.ts'
import type { ProcedureContext } from '../procedure.ts'

export function zadd(context: ProcedureContext, place: Place, score: number, member: string): number {
  const { database } = context
  const entry = entryFor(context, place, 'sorted-set', undefined)
  const changed = database
    .prepare('UPDATE kv_member SET score = ? WHERE entry = ? AND member = ?')
    .run(score, entry.id, toBytes(member)).changes
  if (changed > 0) return 0
  database.prepare('INSERT INTO kv_member (entry, member, score) VALUES (?, ?, ?)').run(entry.id, toBytes(member), score)
  resize(context, entry, entry.size + 1)
  return 1
}

/** The database finds a rank by counting index rows, so it counts from the nearer end. */
export function zrange(context: ProcedureContext, place: Place, start: number, stop: number): string[] {
  const entry = findEntry(context, place, 'sorted-set')
  if (!entry) return []
  const first = Math.max(0, start < 0 ? start + entry.size : start)
  const last = Math.min(entry.size - 1, stop < 0 ? stop + entry.size : stop)
  if (first > last) return []
  const behind = entry.size - 1 - last
  const order = first <= behind ? 'ASC' : 'DESC'
  const rows = context.database
    .prepare(`SELECT member FROM kv_member WHERE entry = ? ORDER BY score ${order}, member ${order} LIMIT ? OFFSET ?`)
    .all(entry.id, last - first + 1, Math.min(first, behind))
  const members = rows.map((row) => toText(row['member']))
  return order === 'ASC' ? members : members.reverse()
}

export function zrangeByScore(
  context: ProcedureContext,
  place: Place,
  range: { readonly min: number; readonly max: number; readonly limit: number },
): { member: string; score: number }[] {
  const entry = findEntry(context, place, 'sorted-set')
  if (!entry) return []
  return context.database
    .prepare('SELECT member, score FROM kv_member WHERE entry = ? AND score >= ? AND score <= ? ORDER BY score, member LIMIT ?')
    .all(entry.id, range.min, range.max, range.limit)
    .map((row) => ({ member: toText(row['member']), score: Number(row['score']) }))
}

export function zrem(context: ProcedureContext, place: Place, members: readonly string[]): number {
  const entry = findEntry(context, place, 'sorted-set')
  if (!entry) return 0
  const remove = context.database.prepare('DELETE FROM kv_member WHERE entry = ? AND member = ?')
  let removed = 0
  for (const member of members) removed += remove.run(entry.id, toBytes(member)).changes
  resize(context, entry, entry.size - removed)
  return removed
}

export function zcard(context: ProcedureContext, place: Place): number {
  return findEntry(context, place, 'sorted-set')?.size ?? 0
}
