import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Count, EpochMs, nullable, oneOf, record } from '../primitives.ts'
import { Bytes, Percent, PerSecond, Ratio } from './figures.ts'

const Ms = Type.Number({ minimum: 0 })

export const StoreFigures = record({
  connected: Type.Boolean({ description: 'the store answered the last time it was asked' }),
  kind: oneOf(['redis', 'embedded']),
  version: nullable(Type.String({ description: 'of the Redis server, or of SQLite' })),
  usedMemoryBytes: nullable(Bytes),
  maxMemoryBytes: nullable(Bytes),
  memoryLimit: nullable(
    oneOf(
      ['maxmemory', 'system', 'disk'],
      'what maxMemoryBytes is: what Redis may use, the memory of its machine, or the disk of the file',
    ),
  ),
  latencyMs: nullable(Type.Number({ minimum: 0, description: 'round trip of the last ping' })),
  connectedClients: nullable(Count),
  durability: nullable(oneOf(['volatile', 'crash-safe', 'power-safe', 'replicated'])),
})
export type StoreFigures = Static<typeof StoreFigures>

export const ApplicationFigures = record({
  uptime: Type.Number({ minimum: 0, description: 'seconds' }),
  requests: Type.Integer({ minimum: 0, description: 'since the process runs' }),
  errors: Type.Integer({ minimum: 0, description: 'of them answered with 500 and up' }),
  responseTime: nullable(Type.Number({ minimum: 0, description: 'ms, mean of the last minute; null without requests' })),
  eventLoopUtilization: nullable(Ratio),
  eventLoopDelayMs: nullable(Type.Number({ minimum: 0, description: 'longest of the last sample' })),
  heapUsedBytes: nullable(Bytes),
  heapLimitBytes: nullable(Bytes),
  version: nullable(Type.String({ description: 'APP_VERSION' })),
})
export type ApplicationFigures = Static<typeof ApplicationFigures>

/** What one process and its machine bear now. A figure that cannot be had is null, and `unknown` says why. */
export const SystemMetrics = record({
  timestamp: EpochMs,
  instance: Type.String(),
  cpu: record({
    usage: nullable(Percent),
    load: nullable(Type.Array(Type.Number({ minimum: 0 }), { minItems: 3, maxItems: 3, description: 'of 1, 5 and 15 minutes' })),
    cores: nullable(Type.Number({ minimum: 0, description: 'what 100 % is; a quota may be a fraction' })),
    limit: oneOf(['quota', 'host'], 'what usage is a percentage of'),
    throttled: nullable(Type.Number({ minimum: 0, maximum: 1, description: 'share of the periods of the quota in which it was used up' })),
  }),
  memory: record({
    usedBytes: nullable(Bytes),
    totalBytes: nullable(Bytes),
    usage: nullable(Percent),
    limit: oneOf(['container', 'host']),
  }),
  disk: record({
    path: Type.String(),
    usedBytes: nullable(Bytes),
    totalBytes: nullable(Bytes),
    usage: nullable(Type.Number({ minimum: 0, maximum: 100, description: 'as df counts: of what unprivileged programs may use' })),
  }),
  network: record({
    receivedBytes: nullable(Bytes),
    sentBytes: nullable(Bytes),
    receivedBytesPerSecond: nullable(PerSecond),
    sentBytesPerSecond: nullable(PerSecond),
  }),
  redis: StoreFigures,
  application: ApplicationFigures,
  unknown: Type.Array(record({ figure: Type.String({ description: 'its path: `cpu.usage`' }), reason: Type.String() }), {
    description: 'why a figure is null',
  }),
})
export type SystemMetrics = Static<typeof SystemMetrics>

/** One process that shares the store. */
export const Instance = record({
  instance: Type.String(),
  host: Type.String(),
  pid: Type.Integer({ minimum: 0 }),
  version: nullable(Type.String()),
  startedAt: EpochMs,
  seenAt: EpochMs,
  status: oneOf(['alive', 'missing'], 'missing: not heard of for 30 s'),
  cpu: nullable(Percent),
  memory: nullable(Percent),
  disk: nullable(Percent),
  rssBytes: nullable(Bytes),
  eventLoopUtilization: nullable(Ratio),
  eventLoopDelayMs: nullable(Ms),
})
export type Instance = Static<typeof Instance>
