import { entryFor, findEntry, resize, toBytes, toText } from './entry.ts'
import { sumOf } from './integers.ts'
import type { Entry, Place } from './entry.ts'
import type { ProcedureContext } from '../procedure.ts'

export function setField(context: ProcedureContext, place: Place, field: string, value: string, ttlMs: number | undefined): void {
  write(context, entryFor(context, place, 'fields', ttlMs), field, value)
}

export function getField(context: ProcedureContext, place: Place, field: string): string | undefined {
  const entry = findEntry(context, place, 'fields')
  return entry && read(context, entry, field)
}

export function fields(context: ProcedureContext, place: Place): [string, string][] {
  const entry = findEntry(context, place, 'fields')
  if (!entry) return []
  const rows = context.database.prepare('SELECT field, value FROM kv_field WHERE entry = ?').all(entry.id)
  return rows.map((row) => [toText(row['field']), toText(row['value'])])
}

export function deleteField(context: ProcedureContext, place: Place, names: readonly string[]): number {
  const entry = findEntry(context, place, 'fields')
  if (!entry) return 0
  const remove = context.database.prepare('DELETE FROM kv_field WHERE entry = ? AND field = ?')
  let removed = 0
  for (const name of names) removed += remove.run(entry.id, toBytes(name)).changes
  resize(context, entry, entry.size - removed)
  return removed
}

export function incrementField(context: ProcedureContext, place: Place, field: string, by: number): number {
  const found = findEntry(context, place, 'fields')
  const text = (found && read(context, found, field)) ?? '0'
  const sum = sumOf(text, by, `field ${field.slice(0, 80)}`)
  write(context, entryFor(context, place, 'fields', undefined), field, sum.toString())
  return Number(sum)
}

function read(context: ProcedureContext, entry: Entry, field: string): string | undefined {
  const row = context.database.prepare('SELECT value FROM kv_field WHERE entry = ? AND field = ?').get(entry.id, toBytes(field))
  return row && toText(row['value'])
}

function write(context: ProcedureContext, entry: Entry, field: string, value: string): void {
  const { database } = context
  const changed = database
    .prepare('UPDATE kv_field SET value = ? WHERE entry = ? AND field = ?')
    .run(toBytes(value), entry.id, toBytes(field)).changes
  if (changed > 0) return
  database.prepare('INSERT INTO kv_field (entry, field, value) VALUES (?, ?, ?)').run(entry.id, toBytes(field), toBytes(value))
  resize(context, entry, entry.size + 1)
}
