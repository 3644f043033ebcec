import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { isMillraceError, MillraceError } from './errors.ts'
import { checkInteger } from './key-value-check.ts'
import { requireConnection } from './require-connection.ts'
import type { Connection } from './connection.ts'
import type { KeyValue } from './key-value.ts'

/** A loader's right to load is renewed three times in this time, ms; a process that dies while loading holds up others for as long. */
const loadLeaseMs = 3_000
const firstLookMs = 10
const slowestLookMs = 250

export interface CacheOptions {
  /** Caches with different rooms share nothing. @defaultValue 'cache' */
  readonly room?: string
}

/** Counts of this object since it was made. `hits + stale + misses` are all reads of `get` and `getOrSet`. */
export interface CacheStats {
  readonly hits: number
  /** Answered by `getOrSet` with a value whose time was over, while it was loaded anew. */
  readonly stale: number
  readonly misses: number
  /** Loaders run by this process, and those of them that threw. */
  readonly loads: number
  readonly loadErrors: number
}

interface CacheTimes {
  readonly ttlMs: number
  readonly staleMs?: number
}

interface LoadLease {
  readonly holder: string | null
}

interface Found {
  readonly value: unknown
  /** False once its `ttlMs` is over and only `staleMs` keeps it. */
  readonly fresh: boolean
}

/**
 * Values with a time to live, and sorted sets, shared by all processes of a store. A value is anything `JSON.stringify` keeps.
 * On Redis its commands go over the connection's pool, so a large value does not hold up the queues.
 *
 * Every method rejects as `KeyValue` does, with STORE_UNAVAILABLE while the store is away; only `getOrSet` then goes on without it.
 */
export class CacheService {
  readonly #connection: Connection
  readonly #rooms: readonly KeyValue[]
  /** By key: what callers of this process wait for. */
  readonly #loading = new Map<string, Promise<unknown>>()
  /** Keys loaded anew behind a stale value. */
  readonly #refreshing = new Set<string>()
  readonly #counts = { hits: 0, stale: 0, misses: 0, loads: 0, loadErrors: 0 }

  /** @throws OPTION_INVALID when `connection` is not what `connect` answered */
  constructor(connection: Connection, options: CacheOptions = {}) {
    requireConnection('CacheService', connection)
    const room = options.room ?? 'cache'
    this.#connection = connection
    this.#rooms = hasPool(connection) ? connection.pooledKeyValues(room) : [connection.keyValue(room)]
  }

  /** Undefined where nothing is kept (any more). One round trip. */
  async get<Value = unknown>(key: string): Promise<Value | undefined> {
    const value = parseEntry(await this.#room(key).get(entryOf(key)))
    this.#counts[value === undefined ? 'misses' : 'hits']++
    return value as Value | undefined
  }

  /** Without `ttlMs` it stays until deleted. A loader of `getOrSet` that is under way does not replace it. Two commands, one round trip. */
  async set(key: string, value: unknown, options: { ttlMs?: number } = {}): Promise<void> {
    checkInteger('ttlMs', options.ttlMs, 1)
    const text = JSON.stringify(value) as string | undefined
    if (text === undefined) throw new MillraceError('OPTION_INVALID', `value: ${typeof value} has no JSON.`)
    this.#loading.delete(key)
    const room = this.#room(key)
    await Promise.all([room.delete(leaseOf(key)), room.set(entryOf(key), plain + text, options)])
  }

  /** How many of the keys (values or sorted sets) existed. What a loader finds that started before is not kept. */
  async delete(...keys: string[]): Promise<number> {
    const counts = await Promise.all(
      keys.map(async (key) => {
        this.#loading.delete(key)
        const room = this.#room(key)
        const [, existed] = await Promise.all([room.delete(leaseOf(key), freshOf(key)), room.delete(entryOf(key))])
        return existed
      }),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /**
   * The value, or what `load` finds, which is then kept for `ttlMs`. Of all processes one loads at a time, the others wait for it; for
   * `staleMs` more the old value is answered at once while one loads behind. `undefined` is not kept.
   *
   * When a loader throws, the callers of its process get its error and the next process tries; behind a stale value it is only counted.
   * When a process dies while loading, the next one starts within 3 s.
   * While the store is away each process loads for itself.
   *
   * @param options.ttlMs how long the value is fresh, ms, ≥ 1
   * @param options.staleMs @defaultValue 0
   * @cost a hit: one round trip; a miss: three, and the loader
   */
  async getOrSet<Value>(key: string, load: () => Promise<Value> | Value, options: CacheTimes): Promise<Value> {
    checkInteger('ttlMs', options.ttlMs, 1)
    checkInteger('staleMs', options.staleMs, 0)
    if (options.ttlMs === undefined) throw new MillraceError('OPTION_INVALID', 'ttlMs: getOrSet needs it, ms, at least 1.')
    const under = this.#loading.get(key)
    if (under) {
      this.#counts.misses++
      return under as Promise<Value>
    }
    const found = this.#connection.connected ? await this.#find(key) : undefined
    if (found?.fresh) {
      this.#counts.hits++
      return found.value as Value
    }
    if (found) {
      this.#counts.stale++
      void this.#refresh(key, load, options)
      return found.value as Value
    }
    this.#counts.misses++
    return this.#join(key, () => this.#load(key, load, options)) as Promise<Value>
  }

  /** Redis' own semantics: answers 1 when the member is new, 0 when only its score changed. O(log n). */
  zadd(key: string, score: number, member: string): Promise<number> {
    return this.#room(key).zadd(entryOf(key), score, member)
  }

  /** By rank, ascending by score, equal scores by bytes of the member; negative indexes count from the end, `stop` is inclusive. */
  zrange(key: string, start: number, stop: number): Promise<string[]> {
    return this.#room(key).zrange(entryOf(key), start, stop)
  }

  /** How many of the members were there. */
  zrem(key: string, ...members: string[]): Promise<number> {
    return this.#room(key).zrem(entryOf(key), ...members)
  }

  /** How many members there are. O(1). */
  zcard(key: string): Promise<number> {
    return this.#room(key).zcard(entryOf(key))
  }

  stats(): CacheStats {
    return { ...this.#counts }
  }

  /** Undefined also while the store is away. */
  async #find(key: string): Promise<Found | undefined> {
    const room = this.#room(key)
    try {
      const [text, fresh] = await Promise.all([room.get(entryOf(key)), room.get(freshOf(key))])
      const value = parseEntry(text)
      return value === undefined ? undefined : { value, fresh: text?.[0] !== staleable || fresh !== undefined }
    } catch (error) {
      if (isAway(error)) return undefined
      throw error
    }
  }

  /** Runs `work` once for all callers of this process. */
  #join(key: string, work: () => Promise<unknown>): Promise<unknown> {
    const under = this.#loading.get(key)
    if (under) return under
    const working = work().finally(() => {
      if (this.#loading.get(key) === working) this.#loading.delete(key)
    })
    this.#loading.set(key, working)
    return working
  }

  /** Loads, or waits until another process has loaded. */
  async #load(key: string, load: () => unknown, times: CacheTimes): Promise<unknown> {
    for (let lookMs = firstLookMs; ; lookMs = Math.min(slowestLookMs, lookMs * 1.5)) {
      const lease = await this.#acquire(key)
      if (lease !== undefined) return this.#loadAndKeep(key, load, times, lease)
      await pause(lookMs * (0.5 + Math.random()))
      const found = await this.#find(key)
      if (found) return found.value
    }
  }

  /** Loads behind the callers, unless somebody already does. */
  async #refresh(key: string, load: () => unknown, times: CacheTimes): Promise<void> {
    if (this.#refreshing.has(key)) return
    this.#refreshing.add(key)
    try {
      const lease = await this.#acquire(key)
      if (lease !== undefined) await this.#loadAndKeep(key, load, times, lease)
    } catch {
      // Counted. The next caller tries again, until the stale value is gone too and the error is told.
    } finally {
      this.#refreshing.delete(key)
    }
  }

  /** The right to load, undefined while another has it. Its `holder` is null while the store is away: then nobody can be waited for. */
  async #acquire(key: string): Promise<LoadLease | undefined> {
    if (!this.#connection.connected) return { holder: null }
    const holder = randomUUID()
    try {
      return (await this.#room(key).acquireLease(leaseOf(key), holder, loadLeaseMs)) ? { holder } : undefined
    } catch (error) {
      if (isAway(error)) return { holder: null }
      throw error
    }
  }

  async #loadAndKeep(key: string, load: () => unknown, times: CacheTimes, { holder }: LoadLease): Promise<unknown> {
    const room = this.#room(key)
    // Compared, so that a lease which `set` or `delete` took away stays away.
    const renew = () => {
      if (holder !== null) void room.compareAndSet(leaseOf(key), holder, holder, { ttlMs: loadLeaseMs }).catch(() => false)
    }
    const renewing = setInterval(renew, loadLeaseMs / 3)
    renewing.unref()
    try {
      this.#counts.loads++
      const value = await load()
      const text = JSON.stringify(value) as string | undefined
      if (text !== undefined && holder !== null) await this.#keep(key, text, times, holder)
      else if (holder !== null) await room.releaseLease(leaseOf(key), holder).catch(() => undefined)
      return value
    } catch (error) {
      this.#counts.loadErrors++
      if (holder !== null) await room.releaseLease(leaseOf(key), holder).catch(() => undefined)
      throw error
    } finally {
      clearInterval(renewing)
    }
  }

  /** What cannot be kept, because the store is away or full, is loaded again by the next caller. */
  async #keep(key: string, text: string, { ttlMs, staleMs = 0 }: CacheTimes, holder: string): Promise<void> {
    const room = this.#room(key)
    const mark = staleMs > 0 ? staleable : plain
    const results = await Promise.allSettled([
      room.set(entryOf(key), mark + text, { ttlMs: ttlMs + staleMs }),
      ...(staleMs > 0 ? [room.set(freshOf(key), '1', { ttlMs })] : []),
      room.releaseLease(leaseOf(key), holder),
    ])
    const released = results.at(-1)
    // Somebody set or deleted the key while it was loaded: what was loaded may be older than that.
    if (released?.status === 'fulfilled' && released.value === false) await room.delete(entryOf(key), freshOf(key)).catch(() => undefined)
  }

  /** All that concerns one key goes over one socket, so it stays in order. */
  #room(key: string): KeyValue {
    if (typeof key !== 'string' || key === '') throw new MillraceError('OPTION_INVALID', 'key: it must be a text that is not empty.')
    let hash = 0
    for (let index = 0; index < key.length; index++) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0
    return this.#rooms[Math.abs(hash) % this.#rooms.length] as KeyValue
  }
}

/** In front of a value: whether the time it is fresh for is kept apart from it, under `freshOf`. */
const plain = '='
const staleable = '~'

/** Undefined for nothing, and for what no CacheService wrote. */
function parseEntry(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text.slice(1)) as unknown
  } catch {
    return undefined
  }
}

function isAway(error: unknown): boolean {
  return isMillraceError(error, 'STORE_UNAVAILABLE') || isMillraceError(error, 'STORE_FULL')
}

const entryOf = (key: string): string => `entry:${key}`
const freshOf = (key: string): string => `fresh:${key}`
const leaseOf = (key: string): string => `loading:${key}`

interface PooledConnection {
  pooledKeyValues(room: string): KeyValue[]
}

function hasPool(connection: Connection): connection is Connection & PooledConnection {
  return typeof (connection as Partial<PooledConnection>).pooledKeyValues === 'function'
}
