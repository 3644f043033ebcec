import type { Finding } from './judge.ts'
import { deadAdded, enough, oldestAge, passed, queueFailures, starvedTimes, statusBy, workerlessMs } from './limits.ts'
import type { Limit } from './limits.ts'
import { countWords, percentWords, timeWords } from './words.ts'

export interface LevelAge {
  readonly level: string
  /** Of its oldest ready message, ms; null when none is ready. */
  readonly oldestAgeMs: number | null
  readonly targetAgeMs: number
}

export interface QueueFigures {
  readonly name: string
  /** Its messages are made up, for a demonstration. */
  readonly isSample: boolean
  readonly paused: boolean
  readonly ready: number
  readonly oldestReadyAgeMs: number | null
  readonly workers: number
  readonly levels: readonly LevelAge[]
  /** Attempts of the last 5 minutes. */
  readonly recent: { readonly completed: number; readonly failed: number }
  /** In the last 10 minutes. */
  readonly deadAdded: number
}

/** What is wrong with one queue, at most one finding a rule. What waits in a paused queue waits because somebody wants it to. */
export function judgeQueue(queue: QueueFigures): Finding[] {
  return [workers, waiting, failures, dead].flatMap((rule) => {
    const found = rule(queue)
    return found ? [{ kind: 'queue' as const, subject: queue.name, ...found }] : []
  })
}

type Found = Pick<Finding, 'rule' | 'status' | 'text'> | undefined

function workers(queue: QueueFigures): Found {
  return isWorkerless(queue) ? { rule: 'no-workers', status: 'failing', text: `no workers, ${countWords(queue.ready)} ready` } : undefined
}

/** Messages wait, and nobody is there to run them; a worker that is just beginning gets a little time. */
export function isWorkerless({
  paused,
  ready,
  workers: working,
  oldestReadyAgeMs,
}: Pick<QueueFigures, 'paused' | 'ready' | 'workers' | 'oldestReadyAgeMs'>): boolean {
  return !paused && ready > 0 && working === 0 && (oldestReadyAgeMs ?? 0) >= workerlessMs
}

/** Of the level that is farthest beyond its limit. */
function waiting({ paused, levels }: QueueFigures): Found {
  if (paused) return undefined
  let worst: { readonly beyond: number; readonly found: Found } | undefined
  for (const { level, oldestAgeMs, targetAgeMs } of levels) {
    if (oldestAgeMs === null) continue
    const limit = limitOf(targetAgeMs)
    const status = statusBy(limit, oldestAgeMs)
    const beyond = oldestAgeMs / limit.warn
    if (status === 'healthy' || beyond <= (worst?.beyond ?? 0)) continue
    const starved = oldestAgeMs > starvedTimes * targetAgeMs ? `; starved, its age target is ${timeWords(targetAgeMs)}` : ''
    const text = `${level}: oldest ${timeWords(oldestAgeMs)}, limit ${timeWords(passed(limit, oldestAgeMs))}${starved}`
    worst = { beyond, found: { rule: 'oldest', status, text } }
  }
  return worst?.found
}

function limitOf(targetAgeMs: number): Limit {
  const warn = Math.max(oldestAge.warn, targetAgeMs)
  const critical = warn * (oldestAge.critical / oldestAge.warn)
  return { ...oldestAge, warn: Math.min(warn, starvedTimes * targetAgeMs), critical }
}

function failures({ recent: { completed, failed } }: QueueFigures): Found {
  const ended = completed + failed
  if (ended < enough) return undefined
  const ratio = failed / ended
  const status = statusBy(queueFailures, ratio)
  if (status === 'healthy') return undefined
  const limit = percentWords(passed(queueFailures, ratio) * 100)
  return { rule: 'failures', status, text: `${percentWords(ratio * 100)} of attempts fail, limit ${limit}` }
}

function dead({ deadAdded: added }: QueueFigures): Found {
  const status = statusBy(deadAdded, added)
  if (status === 'healthy') return undefined
  const limit = countWords(passed(deadAdded, added) - 1)
  return { rule: 'dead', status, text: `${countWords(added)} became dead in 10 min, limit ${limit}` }
}
