import type { Summary, SystemMetrics } from '@millrace/contract'
import { formatBytes, formatDuration, formatNumber, shareLimit, shareOf } from '@millrace/ui'
import { limitOf } from '../summary/series.model.ts'

/** Use of one resource of the process that answered, and what it is a part of. */
export interface ResourceUse {
  readonly name: string
  /** 0…1; null where it cannot be had. */
  readonly usage: number | null
  /** Used of which limit, of which kind; or why nothing is known. */
  readonly of: string
  /** In the same parts as `usage`. */
  readonly limit: { readonly warn: number; readonly critical: number } | undefined
}

/** Processor, memory, disk, heap and event loop, each against its limit. */
export function resourcesOf({ system, limits }: Pick<Summary, 'system' | 'limits'>): ResourceUse[] {
  const { cpu, memory, disk, application } = system
  const limit = (metric: string, whole: number) => shareLimit(limitOf({ limits }, metric), whole)
  const { heapUsedBytes, heapLimitBytes } = application
  return [
    {
      name: 'CPU',
      usage: shareOf(cpu.usage),
      of: cpu.usage === null ? reasonOf(system, 'cpu.usage') : coresOf(cpu.usage, cpu.cores, cpu.limit),
      limit: limit('cpu.usage', 100),
    },
    {
      name: 'Memory',
      usage: shareOf(memory.usage),
      of: bytesOf(memory.usedBytes, memory.totalBytes, memory.limit) ?? reasonOf(system, 'memory.usage'),
      limit: limit('memory.usage', 100),
    },
    {
      name: 'Disk',
      usage: shareOf(disk.usage),
      of: bytesOf(disk.usedBytes, disk.totalBytes, `host, ${disk.path}`) ?? reasonOf(system, 'disk.usage'),
      limit: limit('disk.usage', 100),
    },
    {
      name: 'Heap',
      usage: heapUsedBytes === null || heapLimitBytes === null ? null : heapUsedBytes / heapLimitBytes,
      of: bytesOf(heapUsedBytes, heapLimitBytes, 'heap limit') ?? reasonOf(system, 'application.heapUsedBytes'),
      limit: limit('heap.usage', 100),
    },
    {
      name: 'Event loop',
      usage: application.eventLoopUtilization,
      of:
        application.eventLoopUtilization === null
          ? reasonOf(system, 'application.eventLoopUtilization')
          : loopOf(application.eventLoopUtilization, application.eventLoopDelayMs),
      limit: limit('event_loop.utilization', 1),
    },
  ]
}

/** Why a figure of the answer is null. */
export function reasonOf({ unknown }: Pick<SystemMetrics, 'unknown'>, figure: string): string {
  return unknown.find((one) => one.figure === figure)?.reason ?? 'not reported'
}

function coresOf(percent: number, cores: number | null, limit: string): string {
  if (cores === null) return limit
  return `${formatNumber((percent / 100) * cores)} of ${formatNumber(cores)} ${cores === 1 ? 'core' : 'cores'}, ${limit}`
}

function bytesOf(used: number | null, total: number | null, limit: string): string | undefined {
  return used === null || total === null ? undefined : `${formatBytes(used)} of ${formatBytes(total)}, ${limit}`
}

function loopOf(ratio: number, delayMs: number | null): string {
  const busy = `${ratio.toFixed(2)} busy`
  return delayMs === null ? busy : `${busy}, worst ${formatDuration(delayMs)}`
}
