import { MillraceError } from '../../errors.ts'
import type { SqlValue } from '../database.ts'
import type { ProcedureContext } from '../procedure.ts'

/** What a key holds. The words are those of the table. */
export type Shape = 'value' | 'fields' | 'sorted-set' | 'list'

export interface Entry {
  readonly id: number
  readonly shape: Shape
  /** Fields, members or entries it holds. */
  readonly size: number
  /** Of a list: the position its next entry gets. */
  readonly next: number
  readonly value: Uint8Array | null
}

export interface Place {
  readonly room: string
  readonly key: string
}

/** Keys, values and members are kept as bytes: a text would lose what follows a NUL, and members are ordered by bytes. */
export const toBytes = (text: string): Uint8Array => Buffer.from(text, 'utf8')

export function toText(bytes: SqlValue | undefined): string {
  const { buffer, byteOffset, byteLength } = bytes as Uint8Array
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
}

const words: Record<Shape, string> = { value: 'a value', fields: 'fields', 'sorted-set': 'a sorted set', list: 'a list' }

/** The live entry of a key. O(log n). @throws STORE_REFUSED when it holds another shape than `shape` */
export function findEntry(context: ProcedureContext, place: Place, shape: Shape): Entry | undefined {
  const found = findAny(context, place)
  if (found && found.shape !== shape) {
    throw new MillraceError('STORE_REFUSED', `The key ${place.key.slice(0, 80)} holds ${words[found.shape]}, not ${words[shape]}.`)
  }
  return found
}

/** As `findEntry`, made empty where it is missing. A `ttlMs` restarts its time. */
export function entryFor(context: ProcedureContext, place: Place, shape: Shape, ttlMs: number | undefined): Entry {
  const found = findEntry(context, place, shape)
  if (found) {
    if (ttlMs !== undefined) setExpiry(context, found, ttlMs)
    return found
  }
  dropExpired(context, place)
  const { room, key } = place
  const row = context.database
    .prepare('INSERT INTO kv_entry (room, key, shape, size, next, expires_at) VALUES (?, ?, ?, 0, 1, ?) RETURNING id')
    .get(toBytes(room), toBytes(key), shape, expiry(context, ttlMs))
  return { id: Number(row?.['id']), shape, size: 0, next: 1, value: null }
}

export function findAny(context: ProcedureContext, place: Place): Entry | undefined {
  const row = context.database
    .prepare('SELECT id, shape, size, next, value FROM kv_entry WHERE room = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)')
    .get(toBytes(place.room), toBytes(place.key), context.nowUs())
  return row as unknown as Entry | undefined
}

/** Sets the size; a collection without anything in it does not exist. */
export function resize(context: ProcedureContext, entry: Entry, size: number): void {
  if (size === 0) removeEntry(context, entry)
  else if (size !== entry.size) context.database.prepare('UPDATE kv_entry SET size = ? WHERE id = ?').run(size, entry.id)
}

export function setExpiry(context: ProcedureContext, entry: Entry, ttlMs: number | undefined): void {
  context.database.prepare('UPDATE kv_entry SET expires_at = ? WHERE id = ?').run(expiry(context, ttlMs), entry.id)
}

export function expiry(context: ProcedureContext, ttlMs: number | undefined): number | null {
  return ttlMs === undefined ? null : context.nowUs() + ttlMs * 1_000
}

/** O(1): what a large collection held leaves in slices, see sweep.ts. */
export function removeEntry(context: ProcedureContext, entry: Entry): void {
  const sql =
    entry.shape === 'value'
      ? 'DELETE FROM kv_entry WHERE id = ?'
      : 'UPDATE kv_entry SET room = NULL, key = NULL, expires_at = 0 WHERE id = ?'
  context.database.prepare(sql).run(entry.id)
}

/** Frees the name of an entry whose time is over but which was not swept yet. */
function dropExpired(context: ProcedureContext, place: Place): void {
  context.database
    .prepare('UPDATE kv_entry SET room = NULL, key = NULL, expires_at = 0 WHERE room = ? AND key = ?')
    .run(toBytes(place.room), toBytes(place.key))
}
