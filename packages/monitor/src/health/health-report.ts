import type { ConnectionHealth } from '@millrace/connection'
import type { QueueStats, Status, SystemMetrics } from '../answers.ts'
import { isWorkerless } from '../verdict/judge-queue.ts'
import { worse } from '../verdict/judge-route.ts'
import { disk, eventLoop, passed, ping, redisMemory, statusBy } from '../verdict/limits.ts'
import type { Limit } from '../verdict/limits.ts'
import type { Sustained } from '../verdict/verdict-figures.ts'
import { countWords, percentWords, timeWords } from '../verdict/words.ts'

/** Samples are taken every 5 s: older than this, the process no longer collects, ms. */
const collectedMs = 90_000

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  readonly status: Status
  readonly observed: number | null
  readonly unit: string | null
  /** What against which limit, or why nothing is known; null where all is well. */
  readonly reason: string | null
  /** ms since 1970. */
  readonly checkedAt: number
}

/** All routes of the last hour; nulls without a request, or while the store is away. */
export interface ServedPerformance {
  /** Mean, ms. */
  readonly responseTime: number | null
  /** ms. */
  readonly p95: number | null
  readonly requestsPerSecond: number
  /** 0…1. */
  readonly errorRatio: number | null
}

export interface HealthReport {
  /** `unhealthy`: the store does not answer, or a check fails. */
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly checks: readonly Check[]
  readonly performance: ServedPerformance
}

export interface HealthFigures {
  readonly store: ConnectionHealth
  /** The last sample; undefined while nothing collects. */
  readonly system: SystemMetrics | undefined
  /** Undefined when they could not be read. */
  readonly queues: readonly QueueStats[] | undefined
  readonly performance: ServedPerformance
  /** What this process bore in the last minutes: a moment is told and not judged. */
  readonly sustained: Sustained
  readonly nowMs: number
}

type Looked = Omit<Check, 'checkedAt'>

/** Pure: figures in, report out. What is not known makes nothing worse. */
export function healthReport({ store, system, queues, performance, sustained, nowMs }: HealthFigures): HealthReport {
  const looked: Looked[] = [
    storeCheck(store, sustained.pingMs),
    { name: 'durability', status: 'healthy', observed: null, unit: null, reason: durabilityWords(store) },
    ...storeMemoryCheck(store),
    limitCheck('disk', disk, system?.disk.usage, 'percent', (value) => `${percentWords(value)} used`, percentWords),
    eventLoopCheck(system?.application.eventLoopUtilization, sustained.eventLoopUtilization),
    workersCheck(queues),
    rescueCheck(queues),
    collectionCheck(system, nowMs),
  ]
  const worst = looked.reduce<Status>((status, check) => worse(status, check.status), 'healthy')
  return {
    status: worst === 'failing' ? 'unhealthy' : worst === 'degraded' ? 'degraded' : 'healthy',
    checks: looked.map((check) => ({ ...check, checkedAt: nowMs })),
    performance,
  }
}

function storeCheck({ connected, latencyMs }: ConnectionHealth, sustainedMs: number | undefined): Looked {
  if (!connected || latencyMs === null) {
    return { name: 'store', status: 'failing', observed: null, unit: 'ms', reason: 'does not answer a ping within 1 s' }
  }
  const judged = limitCheck('store', ping, sustainedMs ?? 0, 'ms', (value) => `ping ${timeWords(value)}`, timeWords)
  return { ...judged, observed: latencyMs }
}

function eventLoopCheck(now: number | null | undefined, sustained: number | undefined): Looked {
  const words = (value: number) => `busy ${ofOne(value)}`
  if (now === null || now === undefined) return limitCheck('event loop', eventLoop, undefined, 'ratio', words, ofOne)
  return { ...limitCheck('event loop', eventLoop, sustained ?? 0, 'ratio', words, ofOne), observed: now }
}

/** What may be lost is chosen, not a state that comes and goes: it is told and not judged. */
function durabilityWords({ durability, warnings }: ConnectionHealth): string {
  return [durability, ...warnings].join('. ')
}

function storeMemoryCheck({ usedMemoryBytes: used, maxMemoryBytes: most, memoryLimit }: ConnectionHealth): Looked[] {
  // How full the disk of a file is, is told by the disk.
  if (memoryLimit === 'disk') return []
  const percent = used === null || most === null || most === 0 ? undefined : (used / most) * 100
  return [limitCheck('store memory', redisMemory, percent, 'percent', (value) => `${percentWords(value)} used`, percentWords)]
}

function limitCheck(
  name: string,
  limit: Limit,
  value: number | null | undefined,
  unit: string,
  words: (value: number) => string,
  limitWords: (limit: number) => string,
): Looked {
  if (value === null || value === undefined) return { name, status: 'unknown', observed: null, unit, reason: 'not measured' }
  const status = statusBy(limit, value)
  const reason = status === 'healthy' ? null : `${words(value)}, limit ${limitWords(passed(limit, value))}`
  return { name, status, observed: value, unit, reason }
}

function workersCheck(queues: readonly QueueStats[] | undefined): Looked {
  const without = (queues ?? []).filter((queue) => !queue.isSample && isWorkerless({ ...queue, ready: queue.counts.ready }))
  return queuesCheck('workers', queues, without, ({ name, counts }) => `${name} has no workers and ${countWords(counts.ready)} ready`)
}

/** What workers held that died is taken back by any other worker of the queue. */
function rescueCheck(queues: readonly QueueStats[] | undefined): Looked {
  const stuck = (queues ?? []).filter(({ counts, workers, isSample }) => !isSample && counts.active > 0 && workers === 0)
  return queuesCheck(
    'maintenance',
    queues,
    stuck,
    ({ name, counts }) => `${name} has no worker to take back the ${countWords(counts.active)} that dead workers held`,
  )
}

function queuesCheck(
  name: string,
  queues: readonly QueueStats[] | undefined,
  wrong: readonly QueueStats[],
  words: (queue: QueueStats) => string,
): Looked {
  if (!queues) return { name, status: 'unknown', observed: null, unit: 'queues', reason: 'the queues could not be read' }
  const reason = wrong.length === 0 ? null : wrong.map((queue) => words(queue)).join('; ')
  return { name, status: wrong.length === 0 ? 'healthy' : 'degraded', observed: wrong.length, unit: 'queues', reason }
}

function collectionCheck(system: SystemMetrics | undefined, nowMs: number): Looked {
  const name = 'collection'
  if (!system) return { name, status: 'unknown', observed: null, unit: 'ms', reason: 'this process does not collect: call start()' }
  const ageMs = Math.max(0, nowMs - system.timestamp)
  const isLate = ageMs > collectedMs
  const reason = isLate ? `last sample ${timeWords(ageMs)} ago, limit ${timeWords(collectedMs)}` : null
  return { name, status: isLate ? 'degraded' : 'healthy', observed: ageMs, unit: 'ms', reason }
}

function ofOne(ratio: number): string {
  return percentWords(ratio * 100)
}
