/**
 * Small shared state with one Redis and one embedded side. Values are strings. Keys are given without prefix or
 * room. Every call is safe to repeat except where said; each rejects STORE_UNAVAILABLE when the store stays away.
 * A key holds one shape (value, fields, sorted set, list); using it as another rejects STORE_REFUSED.
 */
export interface KeyValue {
  /** O(1). */
  get(key: string): Promise<string | undefined>
  /** O(1). Without `ttlMs` the key stays until deleted. */
  set(key: string, value: string, options?: { ttlMs?: number }): Promise<void>
  /** How many of the keys existed. O(keys). */
  delete(...keys: string[]): Promise<number>
  /** Replaces `expected` (undefined: absent) by `value` (undefined: delete) and answers true; else changes nothing. O(1). */
  compareAndSet(key: string, expected: string | undefined, value: string | undefined, options?: { ttlMs?: number }): Promise<boolean>

  /**
   * Adds `by` (an integer) to a number, absent = 0, that is forgotten `ttlMs` after the first count; later counts do not prolong it.
   * Answers the sum and how long it is still kept, ms. Not safe to repeat: a call that rejects may have counted. O(1).
   */
  count(key: string, by: number, options: { ttlMs: number }): Promise<{ sum: number; leftMs: number }>

  /** Sets one field of a hash; `ttlMs` restarts the whole key's time. O(1). */
  setField(key: string, field: string, value: string, options?: { ttlMs?: number }): Promise<void>
  getField(key: string, field: string): Promise<string | undefined>
  /** All fields, in no order. O(fields): keep hashes small. */
  fields(key: string): Promise<Map<string, string>>
  deleteField(key: string, ...fields: string[]): Promise<number>
  /** Adds `by` (an integer) to a field, absent = 0, and answers the sum. Not safe to repeat. O(1). */
  incrementField(key: string, field: string, by: number): Promise<number>

  /** Redis' own semantics: answers 1 when the member is new. O(log n). */
  zadd(key: string, score: number, member: string): Promise<number>
  /** By rank, ascending by score then by bytes of the member; negative indexes count from the end; `stop` is inclusive. O(log n + m). */
  zrange(key: string, start: number, stop: number): Promise<string[]>
  /** Members with `min ≤ score ≤ max`, ascending, at most `limit`. O(log n + m). */
  zrangeByScore(key: string, min: number, max: number, limit: number): Promise<{ member: string; score: number }[]>
  zrem(key: string, ...members: string[]): Promise<number>
  zcard(key: string): Promise<number>

  /** Appends to a list and keeps only its newest `max` entries. Not safe to repeat. O(1). */
  append(key: string, value: string, options: { max: number; ttlMs?: number }): Promise<void>
  /** The newest `limit` entries, oldest first. O(limit). */
  list(key: string, limit: number): Promise<string[]>

  /** Takes or prolongs a lease for `holder`; false while somebody else holds it. O(1). */
  acquireLease(key: string, holder: string, ttlMs: number): Promise<boolean>
  /** Gives it back; false when `holder` does not hold it. O(1). */
  releaseLease(key: string, holder: string): Promise<boolean>

  /** To all current subscribers of the room's channel, in every process that shares the store; not stored. */
  publish(channel: string, text: string): Promise<void>
  /** Resolves once the subscription is active; survives reconnects, during which messages are missed. */
  subscribe(channel: string, listener: (text: string) => void): Promise<() => Promise<void>>
}
