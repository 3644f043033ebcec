import { defineProcedure } from '../procedure.ts'
import { findAny, removeEntry } from './entry.ts'
import { deleteField, fields, getField, incrementField, setField } from './fields.ts'
import { append, list } from './lists.ts'
import { zadd, zcard, zrange, zrangeByScore, zrem } from './sorted-sets.ts'
import { sweepLater } from './sweep.ts'
import { acquireLease, compareAndSet, count, get, releaseLease, set } from './values.ts'
import type { Procedure, ProcedureContext } from '../procedure.ts'

/** One call of `KeyValue`; the verbs are its methods. */
export type KeyValueCall = { readonly room: string; readonly key: string } & (
  | { readonly verb: 'get' | 'fields' | 'zcard' }
  | { readonly verb: 'set'; readonly value: string; readonly ttlMs: number | undefined }
  | { readonly verb: 'delete'; readonly keys: readonly string[] }
  | {
      readonly verb: 'compareAndSet'
      readonly expected: string | undefined
      readonly value: string | undefined
      readonly ttlMs: number | undefined
    }
  | { readonly verb: 'count'; readonly by: number; readonly ttlMs: number }
  | { readonly verb: 'setField'; readonly field: string; readonly value: string; readonly ttlMs: number | undefined }
  | { readonly verb: 'getField'; readonly field: string }
  | { readonly verb: 'deleteField'; readonly fields: readonly string[] }
  | { readonly verb: 'incrementField'; readonly field: string; readonly by: number }
  | { readonly verb: 'zadd'; readonly score: number; readonly member: string }
  | { readonly verb: 'zrange'; readonly start: number; readonly stop: number }
  | { readonly verb: 'zrangeByScore'; readonly min: number; readonly max: number; readonly limit: number }
  | { readonly verb: 'zrem'; readonly members: readonly string[] }
  | { readonly verb: 'append'; readonly value: string; readonly max: number; readonly ttlMs?: number }
  | { readonly verb: 'list'; readonly limit: number }
  | { readonly verb: 'acquireLease'; readonly holder: string; readonly ttlMs: number }
  | { readonly verb: 'releaseLease'; readonly holder: string }
)

const moduleUrl = new URL('./procedure.js', import.meta.url)
const reading = defineProcedure<KeyValueCall, unknown>('key-value-reading', moduleUrl, { effect: 'read' })
const freeing = defineProcedure<KeyValueCall, unknown>('key-value', moduleUrl)
const growing = defineProcedure<KeyValueCall, unknown>('key-value-growing', moduleUrl, { effect: 'grow' })

const reads: ReadonlySet<KeyValueCall['verb']> = new Set(['get', 'fields', 'zcard', 'getField', 'zrange', 'zrangeByScore', 'list'])
/** What makes room, and leases, without which nobody would be left to make any. */
const frees: ReadonlySet<KeyValueCall['verb']> = new Set(['delete', 'deleteField', 'zrem', 'acquireLease', 'releaseLease'])

export function procedureFor(verb: KeyValueCall['verb']): Procedure<KeyValueCall, unknown> {
  if (reads.has(verb)) return reading
  return frees.has(verb) ? freeing : growing
}

export function prepare({ database }: ProcedureContext): void {
  // room and key are null once an entry is removed and only waits to be swept.
  database.exec(`
    CREATE TABLE IF NOT EXISTS kv_entry (
      id INTEGER PRIMARY KEY, room BLOB, key BLOB, shape TEXT NOT NULL, size INTEGER NOT NULL, next INTEGER NOT NULL,
      expires_at INTEGER, value BLOB, UNIQUE (room, key)
    );
    CREATE INDEX IF NOT EXISTS kv_expiry ON kv_entry (expires_at) WHERE expires_at IS NOT NULL;
    CREATE TABLE IF NOT EXISTS kv_field (entry INTEGER, field BLOB, value BLOB NOT NULL, PRIMARY KEY (entry, field)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS kv_member (entry INTEGER, member BLOB, score REAL NOT NULL, PRIMARY KEY (entry, member)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS kv_rank ON kv_member (entry, score, member);
    CREATE TABLE IF NOT EXISTS kv_item (entry INTEGER, position INTEGER, value BLOB NOT NULL, PRIMARY KEY (entry, position)) WITHOUT ROWID;
  `)
}

export function run(context: ProcedureContext, call: KeyValueCall): unknown {
  const answer = answerTo(context, call)
  if (!reads.has(call.verb)) sweepLater(context)
  return answer
}

function answerTo(context: ProcedureContext, call: KeyValueCall): unknown {
  switch (call.verb) {
    case 'get':
      return get(context, call)
    case 'set':
      return set(context, call, call.value, call.ttlMs)
    case 'delete':
      return deleteKeys(context, call.room, call.keys)
    case 'compareAndSet':
      return compareAndSet(context, call, call)
    case 'count':
      return count(context, call, call.by, call.ttlMs)
    case 'setField':
      return setField(context, call, call.field, call.value, call.ttlMs)
    case 'getField':
      return getField(context, call, call.field)
    case 'fields':
      return fields(context, call)
    case 'deleteField':
      return deleteField(context, call, call.fields)
    case 'incrementField':
      return incrementField(context, call, call.field, call.by)
    case 'zadd':
      return zadd(context, call, call.score, call.member)
    case 'zrange':
      return zrange(context, call, call.start, call.stop)
    case 'zrangeByScore':
      return zrangeByScore(context, call, call)
    case 'zrem':
      return zrem(context, call, call.members)
    case 'zcard':
      return zcard(context, call)
    case 'append':
      return append(context, call, call.value, call)
    case 'list':
      return list(context, call, call.limit)
    case 'acquireLease':
      return acquireLease(context, call, call.holder, call.ttlMs)
    case 'releaseLease':
      return releaseLease(context, call, call.holder)
  }
}

function deleteKeys(context: ProcedureContext, room: string, keys: readonly string[]): number {
  let removed = 0
  for (const key of keys) {
    const entry = findAny(context, { room, key })
    if (!entry) continue
    removeEntry(context, entry)
    removed++
  }
  return removed
}
