import type { StoreFigures, SystemMetrics } from '../answers.ts'
import type { Served } from '../api/request-recorder.ts'
import { derive, Missing } from './reading.ts'
import type { Reading } from './reading.ts'
import type { StoreReading } from './store.ts'
import type { SystemSample } from './system-collector.ts'

/** Who answers. */
export interface Self {
  readonly instance: string
  readonly version: string | null
}

/** The answer made of a sample: every key is there; a figure that is null is named in `unknown` with its reason. */
export function systemMetrics(sample: SystemSample, served: Served, self: Self): SystemMetrics {
  const { host, disk, network, process, eventLoop } = sample
  const unknown: { figure: string; reason: string }[] = []
  const known = <Value>(figure: string, reading: Reading<Value>): Value | null => {
    if (!(reading instanceof Missing)) return reading
    unknown.push({ figure, reason: reading.reason })
    return null
  }
  const cpu = cpuOf(sample)
  const memory = memoryOf(sample)
  return {
    timestamp: sample.takenAtMs,
    instance: self.instance,
    cpu: {
      usage: known('cpu.usage', cpu.usage),
      load: known('cpu.load', host.load),
      cores: cpu.cores,
      limit: cpu.limit,
      throttled: known('cpu.throttled', cpu.throttled),
    },
    memory: {
      usedBytes: known('memory.usedBytes', memory.usedBytes),
      totalBytes: memory.totalBytes,
      usage: known('memory.usage', memory.usage),
      limit: memory.limit,
    },
    disk: {
      path: disk.path,
      usedBytes: known('disk.usedBytes', disk.usedBytes),
      totalBytes: known('disk.totalBytes', disk.totalBytes),
      usage: known('disk.usage', disk.usage),
    },
    network: {
      receivedBytes: known('network.receivedBytes', network.receivedBytes),
      sentBytes: known('network.sentBytes', network.sentBytes),
      receivedBytesPerSecond: known('network.receivedBytesPerSecond', network.receivedBytesPerSecond),
      sentBytesPerSecond: known('network.sentBytesPerSecond', network.sentBytesPerSecond),
    },
    redis: storeFigures(sample.store, known),
    application: {
      uptime: process.uptime,
      requests: served.requests,
      errors: served.errors,
      responseTime: known('application.responseTime', served.responseTime ?? new Missing('no request in the last minute')),
      eventLoopUtilization: known('application.eventLoopUtilization', eventLoop.utilization),
      eventLoopDelayMs: known('application.eventLoopDelayMs', eventLoop.delayMs),
      heapUsedBytes: process.heapUsedBytes,
      heapLimitBytes: process.heapLimitBytes,
      version: known('application.version', self.version ?? new Missing('no version was given (APP_VERSION)')),
    },
    unknown,
  }
}

/** Percent of the quota, where there is one, else of the machine. */
export function cpuOf({ host, container }: SystemSample) {
  const { cpu } = container
  if (!cpu) {
    return {
      usage: derive(host.busy, (busy) => busy * 100),
      cores: host.cores,
      limit: 'host' as const,
      throttled: new Missing('there is no quota'),
    }
  }
  // A group may save up a little of its quota and use it at once.
  const usage = derive(cpu.coresUsed, (used) => Math.min(100, (used / cpu.cores) * 100))
  return { usage, cores: cpu.cores, limit: 'quota' as const, throttled: cpu.throttled }
}

/** Of the container's limit, where there is one, else of the machine. */
export function memoryOf({ host, container }: SystemSample) {
  const { memory } = container
  const [usedBytes, totalBytes]: [Reading, number] = memory
    ? [memory.workingSetBytes, memory.limitBytes]
    : [host.usedBytes, host.totalBytes]
  const usage = derive(usedBytes, (used) => Math.min(100, (used / totalBytes) * 100))
  return { usedBytes, totalBytes, usage, limit: memory ? ('container' as const) : ('host' as const) }
}

function storeFigures(store: StoreReading, known: <Value>(figure: string, reading: Reading<Value>) => Value | null): StoreFigures {
  return {
    connected: store.connected,
    kind: store.kind,
    version: known('redis.version', store.version),
    usedMemoryBytes: known('redis.usedMemoryBytes', store.usedMemoryBytes),
    maxMemoryBytes: known('redis.maxMemoryBytes', store.maxMemoryBytes),
    memoryLimit: known('redis.memoryLimit', store.memoryLimit),
    latencyMs: known('redis.latencyMs', store.latencyMs),
    connectedClients: known('redis.connectedClients', store.connectedClients),
    durability: store.durability,
  }
}
