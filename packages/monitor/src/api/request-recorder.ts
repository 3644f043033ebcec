import { LastMinute } from './last-minute.ts'
import { seriesKey } from '../series/packed.ts'
import type { Labels } from '../series/packed.ts'
import type { SeriesWriter } from '../series/series-writer.ts'

/** Methods that are told apart; a client may send any word. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY'])
const otherMethod = '_OTHER'
/** Routes whose keys are remembered; beyond it all are made anew. */
const maxRoutes = 4096

/** What was recorded since the recorder was made. */
export interface Served {
  readonly requests: number
  readonly errors: number
  /** ms, mean of the last minute; null without requests. */
  readonly responseTime: number | null
}

interface Route {
  readonly labels: Labels
  readonly responseTimeKey: string
  readonly errorsKey: string
  readonly clientErrorsKey: string
}

export interface AnsweredRequest {
  readonly endpoint: string
  readonly method: string
  /** ms, from 0 on. */
  readonly responseTime: number
  /** `error`: status 500 and up; `client-error`: 400 to 499. */
  readonly outcome: 'ok' | 'client-error' | 'error'
}

/** The way of a request into the series: by method and endpoint, with the keys remembered. */
export class RequestRecorder {
  readonly #writer: SeriesWriter
  /** By endpoint, then method: looking up two texts that are there already is faster than making one of them. */
  readonly #routes = new Map<string, Map<string, Route>>()
  readonly #lastMinute = new LastMinute()
  #remembered = 0
  #requests = 0
  #errors = 0

  constructor(writer: SeriesWriter) {
    this.#writer = writer
  }

  record({ endpoint, method, responseTime, outcome }: AnsweredRequest, nowMs: number): void {
    const route = this.#routes.get(endpoint)?.get(method) ?? this.#add(endpoint, method)
    this.#requests += 1
    this.#lastMinute.add(responseTime, nowMs)
    this.#writer.recordKey(route.responseTimeKey, 'api.response_time', route.labels, responseTime, nowMs)
    if (outcome === 'client-error') this.#writer.recordKey(route.clientErrorsKey, 'api.client_errors', route.labels, 1, nowMs)
    if (outcome !== 'error') return
    this.#errors += 1
    this.#writer.recordKey(route.errorsKey, 'api.errors', route.labels, 1, nowMs)
  }

  served(nowMs: number): Served {
    return { requests: this.#requests, errors: this.#errors, responseTime: this.#lastMinute.mean(nowMs) }
  }

  #add(endpoint: string, method: string): Route {
    const upper = method.toUpperCase()
    const labels = { method: methods.has(upper) ? upper : otherMethod, endpoint }
    const route = {
      labels,
      responseTimeKey: seriesKey('api.response_time', labels),
      errorsKey: seriesKey('api.errors', labels),
      clientErrorsKey: seriesKey('api.client_errors', labels),
    }
    if (this.#remembered >= maxRoutes) {
      this.#routes.clear()
      this.#remembered = 0
    }
    this.#remembered += 1
    const ofEndpoint = this.#routes.get(endpoint)
    if (ofEndpoint) ofEndpoint.set(method, route)
    else this.#routes.set(endpoint, new Map([[method, route]]))
    return route
  }
}
