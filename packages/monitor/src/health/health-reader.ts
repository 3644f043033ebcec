import type { Connection, ConnectionHealth } from '@millrace/connection'
import type { QueueStats, SystemMetrics } from '../answers.ts'
import { observedSeconds } from '../api/observed.ts'
import { atMost } from '../at-most.ts'
import type { Window } from '../series/window.ts'
import { sharedFor } from '../shared.ts'
import type { Sustained } from '../verdict/verdict-figures.ts'
import { healthReport } from './health-report.ts'
import type { HealthReport, ServedPerformance } from './health-report.ts'

/** Callers within this time share one look, ms. */
const sharedMs = 2000
/** A store that answers pings but no readings is waited for so long, ms. */
const readMs = 3000

export interface HealthParts {
  readonly connection: Connection
  readonly latest: () => SystemMetrics | undefined
  readonly queues: () => Promise<readonly QueueStats[]>
  readonly sustained: () => Promise<Sustained>
  /** Of the last hour. */
  readonly window: (group: 'api' | 'system') => Promise<Window>
  readonly now: () => number
}

const nothingBorne: Sustained = { pingMs: undefined, eventLoopUtilization: undefined }
const nothingServed: ServedPerformance = { responseTime: null, p95: null, requestsPerSecond: 0, errorRatio: null }

/** Looks at everything once for all who ask within 2 s; never rejects. */
export function healthReader(parts: HealthParts): () => Promise<HealthReport> {
  return sharedFor(sharedMs, () => look(parts))
}

async function look({ connection, latest, queues, sustained, window, now }: HealthParts): Promise<HealthReport> {
  const store = await healthOf(connection)
  const answers = store.connected && store.latencyMs !== null
  const reading = () => Promise.all([inTime(queues()), inTime(window('api')), inTime(window('system')), inTime(sustained())])
  const [stats, api, system, borne] = answers ? await reading() : []
  const performance = api && system ? servedOf({ api, system }, now()) : nothingServed
  return healthReport({ store, system: latest(), queues: stats, performance, sustained: borne ?? nothingBorne, nowMs: now() })
}

async function healthOf(connection: Connection): Promise<ConnectionHealth> {
  return (await inTime(connection.health())) ?? nothingKnown(connection)
}

function nothingKnown({ kind, durability }: Connection): ConnectionHealth {
  return {
    kind,
    connected: false,
    version: null,
    durability,
    latencyMs: null,
    usedMemoryBytes: null,
    maxMemoryBytes: null,
    memoryLimit: null,
    connectedClients: null,
    commandsPerSecond: null,
    renewing: 'thread',
    warnings: [],
  }
}

async function inTime<Answer>(work: Promise<Answer>): Promise<Answer | undefined> {
  return atMost(
    readMs,
    work.catch(() => undefined),
  )
}

function servedOf(windows: { readonly api: Window; readonly system: Window }, nowMs: number): ServedPerformance {
  const { api: window } = windows
  const times = window.total(window.select('api.response_time'))
  if (!times) return nothingServed
  const errors = window.total(window.select('api.errors'))?.count ?? 0
  return {
    responseTime: times.mean,
    p95: times.quantile(0.95),
    requestsPerSecond: times.count / observedSeconds(windows, nowMs),
    errorRatio: errors / times.count,
  }
}
