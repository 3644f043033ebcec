import type { KeyValue } from './key-value.ts'
import type { Procedure } from './embedded/procedure.ts'
import type { Script, ScriptArgument } from './redis/script.ts'

/**
 * What survives what. `volatile`: a restart of the store loses messages. `crash-safe`: a killed store process
 * loses nothing, a power cut the last second or two; but Redis with `appendfsync everysec` answers before it writes while
 * an fsync is under way, so on a slow disk its kill too takes up to two seconds. `power-safe`: synced before an answer is given.
 * `replicated`: confirmed by replicas before an answer is given.
 */
export type DurabilityGrade = 'volatile' | 'crash-safe' | 'power-safe' | 'replicated'

/** The few methods of a logger (pino's shape) that the libraries call. Silent by default. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface ConnectionOptions {
  /** Put before every key and channel. @defaultValue 'millrace:' */
  readonly prefix?: string
  /** Keep trying until the store answers instead of rejecting after 5 s. @defaultValue false */
  readonly wait?: boolean
  /** Deadline of one command on the wire, ms; after it the socket is destroyed and remade. @defaultValue 5000 */
  readonly commandTimeoutMs?: number
  /** Deadline of a call including its retries, ms; after it the call rejects STORE_UNAVAILABLE. @defaultValue 30000 */
  readonly callTimeoutMs?: number
  /** Sockets in the pool that serves the cache (Redis). 1…64. @defaultValue 4 */
  readonly poolSize?: number
  /** Start although the server may evict keys. Messages can then vanish. @defaultValue false */
  readonly allowEviction?: boolean
  /** Embedded file only: when the log is synced. @defaultValue 'crash-safe' */
  readonly durability?: 'crash-safe' | 'power-safe'
  readonly log?: Log
  /** For tests of time: scripts and procedures read a clock that `setTestClock` sets. Never set in production. */
  readonly testClock?: boolean
}

/** What a health check and the dashboard show of a connection. A figure that cannot be had is null. */
export interface ConnectionHealth {
  readonly kind: 'redis' | 'embedded'
  readonly connected: boolean
  readonly version: string | null
  readonly durability: DurabilityGrade
  /** Round trip of a ping just made, ms; null when the store did not answer within a second. */
  readonly latencyMs: number | null
  /** Of a server its memory; of a file its size, the log included. */
  readonly usedMemoryBytes: number | null
  readonly maxMemoryBytes: number | null
  /** What `maxMemoryBytes` is: what the server may use (`maxmemory`), all memory of its machine where it has no such limit, the disk of the file. */
  readonly memoryLimit: 'maxmemory' | 'system' | 'disk' | null
  readonly connectedClients: number | null
  /** Commands that the server ran in the last second or so, of all its clients; null for a file. */
  readonly commandsPerSecond: number | null
  /** Where leases are renewed: a thread of its own, or (a bundled application) the main thread. */
  readonly renewing: 'thread' | 'main-thread'
  /** Sentences an operator should read: an overridden eviction policy, a weak durability grade, a missing right. */
  readonly warnings: readonly string[]
}

/** A script or procedure called again and again from a thread of its own while the main thread is alive. */
export interface Pulse {
  /** Stops it; resolves when no further call can start. */
  stop(): Promise<void>
}

export interface PulseOptions {
  /** Pause between calls, ms. */
  readonly everyMs: number
  /** The main thread may be blocked for this long, ms, before the pulse pauses (it resumes with the main thread). */
  readonly maxStallMs: number
  /** Hears each answer on the main thread. */
  readonly onAnswer: (answer: unknown) => void
  /** Hears each failed call on the main thread; the pulse goes on. */
  readonly onError: (error: unknown) => void
}

export interface KeyValueOptions {
  /** Redis only: deadline of each call including its retries, ms, for callers that can do without. @defaultValue the connection's */
  readonly callTimeoutMs?: number
}

interface ConnectionBase {
  readonly prefix: string
  /** The URL as it may be logged: without user name and password. */
  readonly description: string
  readonly durability: DurabilityGrade
  /** 0…16,777,215; given out by the store, so that two live processes do not share one. Ids are built on it. */
  readonly processNumber: number
  /** True while the last round trip succeeded. */
  readonly connected: boolean
  /**
   * For how long the store has owed an answer, ms: since the last one, while anything waits for one or the store is away. 0 while nothing
   * does. Stands still while the event loop is blocked. Who has to answer somebody goes by it when to give up; cost: none.
   */
  readonly silentMs: number
  /** How full the store is: used / limit by the figures of the last second; null while unknown. See STORE_FULL. */
  readonly fillRatio: number | null
  health(): Promise<ConnectionHealth>
  /** Small state of one room (`monitor`, `workspace`, …); all its keys share the hash tag `{room}`. */
  keyValue(room: string, options?: KeyValueOptions): KeyValue
  /** Hears messages published on `channel` (given without prefix). Resolves once the subscription is active; survives reconnects. */
  subscribe(channel: string, listener: (text: string) => void): Promise<() => Promise<void>>
  /** Hears 'up' and 'down' of the store; the returned function stops it. */
  onState(listener: (state: 'up' | 'down') => void): () => void
  /** Ends all sockets and threads. Calls still waiting reject CONNECTION_CLOSED. Safe to call twice. */
  close(): Promise<void>
}

export interface RedisConnection extends ConnectionBase {
  readonly kind: 'redis'
  /**
   * Runs a script next to the data, atomically. Retried inside with the same arguments until `callTimeoutMs`
   * (a new connection, NOSCRIPT, LOADING, BUSY, READONLY, TRYAGAIN, CLUSTERDOWN), so a script must be safe to repeat.
   * @param keys complete key names, all with one hash tag
   * @throws MillraceError with the refusal's word as code; STORE_UNAVAILABLE (outcome unknown)
   */
  run(script: Script, keys: readonly string[], args: readonly ScriptArgument[], options?: { callTimeoutMs?: number }): Promise<unknown>
  pulse(script: Script, keys: readonly string[], args: readonly ScriptArgument[], options: PulseOptions): Pulse
}

export interface EmbeddedConnection extends ConnectionBase {
  readonly kind: 'embedded'
  /** The folder of the file, absolute. */
  readonly directory: string
  /** Runs a procedure in the store's thread inside a transaction; waiting calls share one commit, and resolve after it. */
  run<Argument, Answer>(procedure: Procedure<Argument, Answer>, argument: Argument): Promise<Answer>
  pulse<Argument, Answer>(procedure: Procedure<Argument, Answer>, argument: Argument, options: PulseOptions): Pulse
}

/** One open store. Handed to queues, cache and monitor alike; `kind` tells which. */
export type Connection = RedisConnection | EmbeddedConnection
