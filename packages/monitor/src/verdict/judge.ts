import type { Status } from '../answers.ts'
import { judgeQueue } from './judge-queue.ts'
import type { QueueFigures } from './judge-queue.ts'
import { judgeRoute } from './judge-route.ts'
import type { RouteFigures } from './judge-route.ts'
import { judgeMachines, judgeStore } from './judge-resources.ts'
import type { MachineFigures, StoreLoad } from './judge-resources.ts'
import { missingMs } from './limits.ts'
import { timeWords } from './words.ts'

const maxFindings = 100

/** One thing that is not well. */
export interface Finding {
  readonly kind: 'queue' | 'route' | 'system' | 'redis' | 'instance'
  /** The queue, `METHOD /path`, the resource or the instance. */
  readonly subject: string
  /** Which rule it breaks: with kind and subject the same as long as it lasts. */
  readonly rule: string
  readonly status: 'degraded' | 'failing'
  /** What against which limit. */
  readonly text: string
}

/** What is judged: figures of now, or of the last minutes. Left out is what was not measured. */
export interface VerdictFigures {
  readonly queues: readonly QueueFigures[]
  readonly routes: readonly (RouteFigures & { readonly method: string; readonly endpoint: string })[]
  readonly machines: readonly MachineFigures[]
  readonly store: StoreLoad | undefined
  readonly missing: readonly { readonly instance: string; readonly silentMs: number }[]
}

export interface Judgement {
  /** `unknown` when neither queues nor machines nor enough requests were measured. */
  readonly status: Status
  /** Worst first, at most 100; of equal ones queues, routes, store, machines, instances, as they were given. */
  readonly findings: readonly Finding[]
  /** Of queues whose messages are made up: no part of the status. Ordered and bounded alike. */
  readonly aside: readonly Finding[]
}

/** Whether anything is wrong, and where. Pure. */
export function judge(figures: VerdictFigures): Judgement {
  const { queues, routes, machines, store, missing } = figures
  const judged = routes.map((route) => ({ route, ...judgeRoute(route) }))
  const findings: Finding[] = [
    ...queues.filter(({ isSample }) => !isSample).flatMap((queue) => judgeQueue(queue)),
    ...judged.flatMap(({ route: { method, endpoint }, status, reason }) =>
      status === 'degraded' || status === 'failing'
        ? [{ kind: 'route' as const, subject: `${method} ${endpoint}`, rule: 'route', status, text: reason ?? '' }]
        : [],
    ),
    ...(store ? judgeStore(store) : []),
    ...judgeMachines(machines),
    ...missing.map(({ instance, silentMs }) => ({
      kind: 'instance' as const,
      subject: instance,
      rule: 'missing',
      status: 'degraded' as const,
      text: `not heard of for ${timeWords(silentMs)}, limit ${timeWords(missingMs)}`,
    })),
  ]
  const samples = queues.filter(({ isSample }) => isSample).flatMap((queue) => judgeQueue(queue))
  const measured = queues.length > 0 || machines.length > 0 || judged.some(({ status }) => status !== 'unknown')
  const ordered = worstFirst(findings)
  return {
    status: ordered[0]?.status ?? (measured ? 'healthy' : 'unknown'),
    findings: ordered,
    aside: worstFirst(samples).map((finding) => ({ ...finding, text: `${finding.text}; samples, left out of the verdict` })),
  }
}

/** Sorting is stable: what is equally bad stays in its order. */
function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => rank(a) - rank(b)).slice(0, maxFindings)
}

function rank({ status }: Finding): number {
  return status === 'failing' ? 0 : 1
}
