import type { IncomingMessage } from 'node:http'
import type { PerformanceMonitoringService } from '@millrace/monitor'

/** Where answered requests are counted. */
export type RequestSink = Pick<PerformanceMonitoringService, 'recordAPIRequest'>

/** The endpoint of what no route answered: a raw path would make a series of every address that somebody tries. */
export const unmatched = '(unmatched)'

const counted = new WeakMap<RequestSink, WeakSet<IncomingMessage>>()

/**
 * Counts one answered request, once a sink however many recorders see it. Left out: 401 and 429, which tell of the caller and not of
 * the route; event streams and upgrades, which last as long as somebody watches.
 */
export function recordAnswer(sink: RequestSink, request: IncomingMessage, answer: Answered): void {
  const { endpoint, status, contentType, milliseconds } = answer
  if (status === 401 || status === 429 || status === 101 || contentType?.startsWith('text/event-stream')) return
  const seen = counted.get(sink) ?? new WeakSet()
  if (seen.has(request)) return
  counted.set(sink, seen.add(request))
  sink.recordAPIRequest(endpoint, request.method ?? 'GET', milliseconds, status < 500, { clientError: status >= 400 && status < 500 })
}

export interface Answered {
  /** The route's pattern, never a raw URL. */
  readonly endpoint: string
  readonly status: number
  readonly contentType: string | undefined
  /** From the arrival of its headers until the answer was written. */
  readonly milliseconds: number
}
