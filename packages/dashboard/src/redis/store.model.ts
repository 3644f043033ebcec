import type { Limit, StoreFigures, Summary, SystemMetrics } from '@millrace/contract'
import { formatBytes, formatDuration, formatNumber, shareLimit, statusBy, unknown } from '@millrace/ui'
import type { StatusWord } from '@millrace/ui'
import type { Lapse } from '../summary/freshness.model.ts'
import { metrics } from '../summary/metric-names.ts'
import { limitOf } from '../summary/series.model.ts'
import { reasonOf } from '../system/meters.model.ts'

/** What the page is called, and how it names things: a Redis and a file are asked the same questions. */
export interface StoreWords {
  readonly title: string
  readonly room: string
  /** Its use among those of other resources. */
  readonly meter: string
  readonly roomChart: string
  readonly used: string
  readonly roundTrip: string
  readonly down: string
}

const wordsOf: Readonly<Record<StoreFigures['kind'], StoreWords>> = {
  redis: {
    title: 'Redis',
    room: 'Memory',
    meter: 'Redis memory',
    roomChart: 'Memory used',
    used: 'Memory',
    roundTrip: 'Ping',
    down: 'Redis does not answer. Nothing is enqueued or run until it does; what it holds stays there.',
  },
  embedded: {
    title: 'Embedded file',
    room: 'Disk',
    meter: 'Store file',
    roomChart: 'Size of the file',
    used: 'File',
    roundTrip: 'Round trip to the file’s thread',
    down: 'The file’s thread does not answer. Nothing is enqueued or run until it does.',
  },
}

export const storeWords = (kind: StoreFigures['kind']) => wordsOf[kind]

/** Whether the store is reached: where the server says that it is not, that is known now, whatever was read before. */
export function connectionOf(connected: boolean, lapse: Pick<Lapse, 'kind'> | null): StatusWord & { readonly isNow: boolean } {
  const isLost = lapse?.kind === 'store'
  return connected && !isLost ? { status: 'ok', word: 'Connected', isNow: false } : { status: 'fail', word: 'Not reachable', isNow: isLost }
}

const limitKinds = { maxmemory: 'maxmemory', system: 'its machine, no maxmemory', disk: 'disk' } as const

/** Use of what the store may use. */
export interface RoomUse {
  /** 0…1; null where it cannot be had. */
  readonly usage: number | null
  /** Used of which limit, of which kind; or why nothing is known. */
  readonly of: string
  /** null where the limit is not known. */
  readonly freeBytes: number | null
  readonly limit: { readonly warn: number; readonly critical: number } | undefined
  readonly state: StatusWord
}

/** `limit` is in percent of what the store may use. */
export function roomOf({ redis, system, limits }: Pick<Summary, 'redis' | 'system' | 'limits'>): RoomUse {
  const { usedMemoryBytes: used, maxMemoryBytes: most, memoryLimit } = redis
  const limit = shareLimit(limitOf({ limits }, metrics.storeUsage))
  if (used === null || most === null || most === 0) {
    const of = used === null ? reasonOf(system, 'redis.usedMemoryBytes') : `${formatBytes(used)}, no limit known`
    return { usage: null, of, freeBytes: null, limit, state: { status: 'unknown', word: 'Unknown' } }
  }
  const usage = used / most
  const kind = memoryLimit === null ? '' : `, ${limitKinds[memoryLimit]}`
  const status = statusBy(usage, limit)
  return {
    usage,
    of: `${formatBytes(used)} of ${formatBytes(most)}${kind}`,
    freeBytes: Math.max(0, most - used),
    limit,
    state: { status, word: status === 'ok' ? 'OK' : 'High' },
  }
}

/** A file stops when its disk is full, whoever filled it. `limit` is in percent of the disk. */
export function diskOf({ disk, unknown: reasons }: Pick<SystemMetrics, 'disk' | 'unknown'>, limit: Limit | undefined): RoomUse {
  const { usage, usedBytes, totalBytes } = disk
  const shares = shareLimit(limit)
  const status = statusBy(usage, limit)
  if (usage === null || usedBytes === null || totalBytes === null) {
    return {
      usage: null,
      of: reasonOf({ unknown: reasons }, 'disk.usage'),
      freeBytes: null,
      limit: shares,
      state: { status: 'unknown', word: 'Unknown' },
    }
  }
  return {
    usage: usage / 100,
    of: `${formatBytes(usedBytes)} of ${formatBytes(totalBytes)}, ${disk.path}`,
    freeBytes: totalBytes - usedBytes,
    limit: shares,
    state: { status, word: status === 'ok' ? 'OK' : 'High' },
  }
}

/** What the store's figure of use may grow to, bytes: its limit, or for a file what it has and what is free beside it. */
export function growsTo({ redis, disk }: Pick<SystemMetrics, 'redis' | 'disk'>): number | null {
  if (redis.kind === 'redis') return redis.maxMemoryBytes
  const { usedBytes, totalBytes } = disk
  return redis.usedMemoryBytes === null || usedBytes === null || totalBytes === null ? null : redis.usedMemoryBytes + totalBytes - usedBytes
}

/** How the round trip is against its limit, ms. */
export function speedOf({ latencyMs }: StoreFigures, limit: Limit | undefined): StatusWord {
  const status = statusBy(latencyMs, limit)
  return { status, word: { ok: 'OK', slow: 'Slow', fail: 'Failing' }[status as string] ?? 'Unknown' }
}

/** `14 ms, limit 20 ms`; or `—` with its reason. */
export function latencyText(latencyMs: number | null, limit: Limit | undefined, reason: string): string {
  if (latencyMs === null) return `${unknown} ${reason}`
  return limit === undefined ? formatDuration(latencyMs) : `${formatDuration(latencyMs)}, warns at ${formatDuration(limit.warn)}`
}

/** How many are connected. */
export function clientsText({ connectedClients }: StoreFigures, reason: string): string {
  return connectedClients === null ? `${unknown} ${reason}` : formatNumber(connectedClients)
}
