import { entryFor, expiry, findEntry, removeEntry, setExpiry, toBytes, toText } from './entry.ts'
import { sumOf } from './integers.ts'
import type { Place } from './entry.ts'
import type { ProcedureContext } from '../procedure.ts'

export function get(context: ProcedureContext, place: Place): string | undefined {
  const entry = findEntry(context, place, 'value')
  return entry && toText(entry.value)
}

export function set(context: ProcedureContext, place: Place, value: string, ttlMs: number | undefined): void {
  const entry = entryFor(context, place, 'value', undefined)
  context.database
    .prepare('UPDATE kv_entry SET value = ?, expires_at = ? WHERE id = ?')
    .run(toBytes(value), expiry(context, ttlMs), entry.id)
}

export function compareAndSet(
  context: ProcedureContext,
  place: Place,
  change: { readonly expected: string | undefined; readonly value: string | undefined; readonly ttlMs: number | undefined },
): boolean {
  const entry = findEntry(context, place, 'value')
  if ((entry && toText(entry.value)) !== change.expected) return false
  if (change.value !== undefined) set(context, place, change.value, change.ttlMs)
  else if (entry) removeEntry(context, entry)
  return true
}

export function count(context: ProcedureContext, place: Place, by: number, ttlMs: number): { sum: number; leftMs: number } {
  const { database } = context
  const found = findEntry(context, place, 'value')
  const sum = sumOf(found ? toText(found.value) : '0', by, `key ${place.key.slice(0, 80)}`)
  const { id } = found ?? entryFor(context, place, 'value', undefined)
  const row = database
    .prepare('UPDATE kv_entry SET value = ?, expires_at = coalesce(expires_at, ?) WHERE id = ? RETURNING expires_at')
    .get(toBytes(sum.toString()), expiry(context, ttlMs), id)
  return { sum: Number(sum), leftMs: Math.ceil((Number(row?.['expires_at']) - context.nowUs()) / 1_000) }
}

export function acquireLease(context: ProcedureContext, place: Place, holder: string, ttlMs: number): boolean {
  const entry = findEntry(context, place, 'value')
  if (!entry) set(context, place, holder, ttlMs)
  else if (toText(entry.value) !== holder) return false
  else setExpiry(context, entry, ttlMs)
  return true
}

export function releaseLease(context: ProcedureContext, place: Place, holder: string): boolean {
  const entry = findEntry(context, place, 'value')
  if (!entry || toText(entry.value) !== holder) return false
  removeEntry(context, entry)
  return true
}
