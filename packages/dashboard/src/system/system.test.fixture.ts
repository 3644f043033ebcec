import type { Instance, SystemMetrics } from '@millrace/contract'

const gib = 1_024 ** 3

/** A machine that is well. */
export function systemOf(given: Partial<SystemMetrics> = {}): SystemMetrics {
  return {
    timestamp: 0,
    instance: 'web-1-40213-a8f3',
    cpu: { usage: 62.5, load: [2.4, 1.9, 1.7], cores: 4, limit: 'quota', throttled: 0.04 },
    memory: { usedBytes: 1.42 * gib, totalBytes: 2 * gib, usage: 71, limit: 'container' },
    disk: { path: '/data', usedBytes: 35 * gib, totalBytes: 80 * gib, usage: 44 },
    network: { receivedBytes: 9, sentBytes: 4, receivedBytesPerSecond: 812_000, sentBytesPerSecond: 401_000 },
    redis: {
      connected: true,
      kind: 'redis',
      version: '7.0.15',
      usedMemoryBytes: 1.62 * gib,
      maxMemoryBytes: 2 * gib,
      memoryLimit: 'maxmemory',
      latencyMs: 0.6,
      connectedClients: 42,
      durability: 'crash-safe',
    },
    application: {
      uptime: 93_000,
      requests: 1_204,
      errors: 2,
      responseTime: 42,
      eventLoopUtilization: 0.38,
      eventLoopDelayMs: 24,
      heapUsedBytes: gib,
      heapLimitBytes: 2 * gib,
      version: 'v0.4.2',
    },
    unknown: [],
    ...given,
  }
}

/** A process that is well; its name is `host-pid-random`. */
export function instanceOf(host: string, pid: number, given: Partial<Instance> = {}): Instance {
  return {
    instance: `${host}-${pid}-a8f3`,
    host,
    pid,
    version: 'v0.4.2',
    startedAt: 0,
    seenAt: 900_000,
    status: 'alive',
    cpu: 20,
    memory: 40,
    disk: 44,
    rssBytes: gib / 4,
    eventLoopUtilization: 0.2,
    eventLoopDelayMs: 12,
    ...given,
  }
}
