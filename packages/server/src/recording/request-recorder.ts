import type { IncomingMessage, ServerResponse } from 'node:http'
import { recordAnswer, unmatched } from './request-sink.ts'
import type { RequestSink } from './request-sink.ts'

export interface RequestRecorderOptions<Request extends IncomingMessage = IncomingMessage> {
  /** A PerformanceMonitoringService. */
  readonly monitor: RequestSink
  /**
   * The pattern of the route that answered, asked when the answer was sent: `/orders/:id`, never a raw URL. null: not counted;
   * undefined, what is no text, or a throw: `(unmatched)`.
   *
   * @defaultValue what an Express router knows: `req.baseUrl + req.route.path`
   */
  readonly routeOf?: (request: Request) => string | null | undefined
}

/**
 * Middleware that counts every answered request: for Express and Connect before the routes, for `node:http` as the first line of the
 * listener. Not counted: 401 and 429, event streams, upgrades, and requests whose client went away.
 */
export function requestRecorder<Request extends IncomingMessage = IncomingMessage>(
  options: RequestRecorderOptions<Request>,
): (request: Request, response: ServerResponse, next?: () => void) => void {
  const { monitor } = options
  return (request, response, next) => {
    const startedAtMs = performance.now()
    const routeOf = options.routeOf ?? followExpress(request as Routed)
    response.once('close', () => {
      const endpoint = response.writableFinished ? patternBy(routeOf, request) : null
      if (endpoint === null) return
      const contentType = response.getHeader('content-type')
      recordAnswer(monitor, request, {
        endpoint,
        status: response.statusCode,
        contentType: typeof contentType === 'string' ? contentType : undefined,
        milliseconds: performance.now() - startedAtMs,
      })
    })
    next?.()
  }
}

/** The answer is sent already: whatever is no pattern must not end the process. */
function patternBy<Request>(routeOf: (request: Request) => unknown, request: Request): string | null {
  try {
    const pattern = routeOf(request)
    return pattern === null || (typeof pattern === 'string' && pattern !== '') ? pattern : unmatched
  } catch {
    return unmatched
  }
}

/** Of each request, what its first recorder follows: a second one would take the way from it. */
const followed = new WeakMap<Routed, () => string | undefined>()

/** What Express adds to a request that a route took. */
interface Routed {
  readonly baseUrl?: string
  readonly route?: { readonly path?: unknown }
  params?: Readonly<Record<string, unknown>>
}

/**
 * Follows the routers of Express. An error that leaves a router makes it forget where it was mounted and with which parameters, so both
 * are noted while the route is entered: Express sets `route`, then `params`.
 */
function followExpress(request: Routed): () => string | undefined {
  const known = followed.get(request)
  if (known) return known
  let entered: { readonly route: Routed['route']; readonly pattern: string } | undefined
  let current = request.params
  Object.defineProperty(request, 'params', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set(params: Routed['params']) {
      current = params
      const { route, baseUrl = '' } = request
      if (route !== undefined && route !== entered?.route) entered = { route, pattern: patternOf(baseUrl, params ?? {}, route.path) }
    },
  })
  const pattern = () => entered?.pattern
  followed.set(request, pattern)
  return pattern
}

/**
 * Where a router is mounted, Express tells as it was called: `/users/42`. A part that a parameter of the route has as its value, or
 * that is a number or an id, becomes a parameter again.
 */
function patternOf(baseUrl: string, params: Readonly<Record<string, unknown>>, path: unknown): string {
  const mounted = baseUrl.split('/').map((part) => {
    const name = Object.keys(params).find((key) => part !== '' && params[key] === part)
    if (name !== undefined) return `:${name}`
    return /^(\d+|[0-9a-f-]{16,})$/i.test(part) ? ':id' : part
  })
  const own = Array.isArray(path) ? path.join('|') : String(path)
  return `${mounted.join('/')}${own === '/' && baseUrl !== '' ? '' : own}`
}
