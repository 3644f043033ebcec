import { MillraceError, requireConnection } from '@millrace/connection'
import type { CacheSource } from './collectors/cache-reads.ts'
import type { PerformanceMonitoringServiceOptions } from './performance-monitoring-service.ts'

const names: ReadonlySet<string> = new Set([
  'connection',
  'instance',
  'queues',
  'caches',
  'series',
  'disk',
  'version',
  'log',
  'clock',
] satisfies (keyof PerformanceMonitoringServiceOptions)[])

/** @throws OPTION_INVALID naming the option and what is allowed */
export function requireMonitorOptions(options: PerformanceMonitoringServiceOptions): PerformanceMonitoringServiceOptions {
  if (typeof options !== 'object' || options === null) refuse('give an object with at least a connection')
  for (const name of Object.keys(options)) if (!names.has(name)) refuse(`${name} is not an option; there are ${[...names].join(', ')}`)
  const { connection, instance, queues, caches, series, disk, version } = options
  requireConnection('PerformanceMonitoringService', connection)
  if (instance !== undefined && !/^[A-Za-z0-9._:-]{1,128}$/.test(instance)) {
    refuse(`instance: give 1 to 128 letters, digits, dots, underscores, colons or hyphens, got ${JSON.stringify(instance)}`)
  }
  if (queues !== undefined && typeof (queues as Partial<typeof queues> | null)?.getAllQueueStats !== 'function') {
    refuse('queues: give a MessageQueueService, or an object with getAllQueueStats()')
  }
  if (
    caches !== undefined &&
    !(Array.isArray(caches) && caches.every((cache) => typeof (cache as Partial<CacheSource> | null)?.stats === 'function'))
  ) {
    refuse('caches: give an array of CacheServices, or of objects with stats()')
  }
  if (series !== undefined && !(Number.isInteger(series) && series >= 1 && series <= 10_000)) {
    refuse(`series: give a whole number from 1 to 10,000, got ${String(series)}`)
  }
  for (const [name, value] of Object.entries({ disk, version })) {
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      refuse(`${name}: give a text that is not empty, got ${String(value)}`)
  }
  return options
}

function refuse(reason: string): never {
  throw new MillraceError('OPTION_INVALID', `PerformanceMonitoringService: ${reason}`)
}
