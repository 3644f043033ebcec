import type { Instance, Limit, Summary } from '@millrace/contract'
import { metrics } from '../summary/metric-names.ts'
import { limitOf } from '../summary/series.model.ts'
import { fixed, formatBytes, formatDuration, formatNumber } from '../ui/format.model.ts'
import type { MeterProps } from '../ui/meter.tsx'

/** The progress bars of the first screen: of each resource the instance that uses most of it. */
export function systemMeters(summary: Summary): MeterProps[] {
  return [cpu(summary), memory(summary), disk(summary), application(summary), store(summary)]
}

/** How many processes were heard of lately; the answering one at least. */
export const aliveInstances = ({ instances }: Pick<Summary, 'instances'>) =>
  Math.max(1, instances.filter(({ status }) => status === 'alive').length)

function cpu(summary: Summary): MeterProps {
  const { cpu: own } = summary.system
  const of =
    own.cores === null || own.usage === null
      ? ''
      : `${formatNumber(round((own.usage / 100) * own.cores))} of ${formatNumber(own.cores)} cores, ${own.limit}`
  return worst(summary, 'CPU', ({ cpu: value }) => value, own.usage, of, 'cpu.usage', percent(limitOf(summary, metrics.cpu)))
}

function memory(summary: Summary): MeterProps {
  const { memory: own } = summary.system
  const of = own.usedBytes === null || own.totalBytes === null ? '' : `${amounts(own.usedBytes, own.totalBytes)}, ${own.limit}`
  return worst(summary, 'Memory', ({ memory: value }) => value, own.usage, of, 'memory.usage', percent(limitOf(summary, metrics.memory)))
}

function disk(summary: Summary): MeterProps {
  const { disk: own } = summary.system
  const of = own.usedBytes === null || own.totalBytes === null ? '' : `${amounts(own.usedBytes, own.totalBytes)} at ${own.path}`
  return worst(summary, 'Disk', ({ disk: value }) => value, own.usage, of, 'disk.usage', percent(limitOf(summary, metrics.disk)))
}

/** The event loop: how much of its time the application was busy. */
function application(summary: Summary): MeterProps {
  const { eventLoopUtilization: own, eventLoopDelayMs: delay } = summary.system.application
  const of = own === null ? '' : `event loop ${fixed(own, 2)} busy${delay === null ? '' : `, worst ${formatDuration(Math.round(delay))}`}`
  const limit = limitOf(summary, metrics.eventLoop)
  const scaled = own === null ? null : own * 100
  const name = 'Application'
  const read = ({ eventLoopUtilization: value }: Instance) => (value === null ? null : value * 100)
  return worst(summary, name, read, scaled, of, 'application.eventLoopUtilization', limit)
}

function store(summary: Summary): MeterProps {
  const { kind, usedMemoryBytes: used, maxMemoryBytes: most, memoryLimit, connected } = summary.redis
  const name = kind === 'redis' ? 'Redis memory' : 'Store file'
  if (!connected) return { name, usage: null, of: 'the store does not answer' }
  if (used === null) return { name, usage: null, of: why(summary, 'redis.usedMemoryBytes') }
  if (most === null || most === 0) return { name, usage: null, of: `${formatBytes(used)}, no limit known` }
  return {
    name,
    usage: used / most,
    of: `${amounts(used, most)}, ${{ maxmemory: 'maxmemory', system: 'its machine', disk: 'disk' }[memoryLimit ?? 'system']}`,
    limit: percent(limitOf(summary, metrics.storeUsage)),
  }
}

/** The instance that uses most of it, in percent; the answering one can also say of what. */
function worst(
  summary: Summary,
  name: string,
  read: (instance: Instance) => number | null,
  own: number | null,
  ownOf: string,
  figure: string,
  limit: MeterProps['limit'],
): MeterProps {
  const alive = summary.instances.filter(({ status }) => status === 'alive')
  const top = alive.toSorted((a, b) => (read(b) ?? -1) - (read(a) ?? -1))[0]
  const value = top === undefined ? null : read(top)
  if (top !== undefined && value !== null && top.instance !== summary.system.instance && (own === null || value > own)) {
    return { name, usage: value / 100, of: `on ${top.host}, process ${top.pid}`, limit }
  }
  if (own === null) return { name, usage: null, of: why(summary, figure) }
  return { name, usage: own / 100, of: ownOf, limit }
}

/** Why a figure cannot be had. */
function why({ system }: Summary, figure: string): string {
  const found = system.unknown.find(
    (one) => one.figure === figure || one.figure.startsWith(`${figure}.`) || figure.startsWith(`${one.figure}.`),
  )
  return found?.reason ?? 'not measured yet'
}

/** Limits of percentages, as shares. */
function percent(limit: Limit | undefined): MeterProps['limit'] {
  return limit === undefined ? undefined : { warn: limit.warn / 100, critical: limit.critical / 100 }
}

/** Both in the unit of the limit: `1.42 of 2.00 GiB`. */
function amounts(used: number, total: number): string {
  const [usedText, totalText] = [formatBytes(used), formatBytes(total)]
  const unit = totalText.split(' ')[1] ?? ''
  return usedText.endsWith(` ${unit}`) ? `${usedText.slice(0, -unit.length - 1)} of ${totalText}` : `${usedText} of ${totalText}`
}

const round = (value: number) => Math.round(value * 10) / 10
