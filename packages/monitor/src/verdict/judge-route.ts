import type { Status } from '../answers.ts'
import { enough, passed, routeErrors, routeP95, statusBy } from './limits.ts'
import { percentWords, timeWords } from './words.ts'

export interface RouteFigures {
  readonly requests: number
  /** Status 500 and up. */
  readonly errors: number
  /** ms. */
  readonly p95: number | null
}

/** How a route is, and what against which limit says so; null when it is well or had too few requests. */
export function judgeRoute({ requests, errors, p95 }: RouteFigures): { readonly status: Status; readonly reason: string | null } {
  if (requests < enough) return { status: 'unknown', reason: null }
  const ratio = errors / requests
  const byErrors = statusBy(routeErrors, ratio)
  const byP95 = statusBy(routeP95, p95 ?? 0)
  const reasons: string[] = []
  if (byErrors !== 'healthy') {
    reasons.push(`${percentWords(ratio * 100)} of requests fail, limit ${percentWords(passed(routeErrors, ratio) * 100)}`)
  }
  if (byP95 !== 'healthy' && p95 !== null) reasons.push(`P95 ${timeWords(p95)}, limit ${timeWords(passed(routeP95, p95))}`)
  if (byP95 === 'failing' && byErrors !== 'failing') reasons.reverse()
  return { status: worse(byErrors, byP95), reason: reasons.length === 0 ? null : reasons.join('; ') }
}

const order: readonly Status[] = ['unknown', 'healthy', 'degraded', 'failing']

/** The worse of two; unknown is the least. */
export function worse(a: Status, b: Status): Status {
  return order.indexOf(a) >= order.indexOf(b) ? a : b
}
