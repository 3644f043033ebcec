import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { recordAnswer, unmatched } from './request-sink.ts'
import type { RequestSink } from './request-sink.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route is counted as; false: not at all. @defaultValue its pattern */
    millraceEndpoint?: string | false
  }
}

export interface RecordRequestsOptions {
  /** A PerformanceMonitoringService. */
  readonly monitor: RequestSink
}

/**
 * Fastify plugin that counts every answered request of the application it is registered on, by method and route pattern; what no route
 * answers is `(unmatched)`. Not counted: 401 and 429, event streams, and requests whose client went away. A route with
 * `config: { millraceEndpoint: false }` is left out, with a text counted as that. Beside `millracePlugin` on one application nothing is
 * counted twice.
 */
export const recordRequests = fastifyPlugin(
  async (app: FastifyInstance, { monitor }: RecordRequestsOptions): Promise<void> => recordScope(app, monitor),
  { name: 'millrace-record-requests', fastify: '5.x' },
)

/** The same for the routes of one scope. Where the client went away, Fastify never calls the hook. */
export function recordScope(app: FastifyInstance, monitor: RequestSink): void {
  app.addHook('onResponse', async (request, reply) => record(monitor, request, reply))
}

function record(monitor: RequestSink, request: FastifyRequest, reply: FastifyReply): void {
  const { config, url } = request.routeOptions
  const endpoint = request.is404 ? unmatched : (config.millraceEndpoint ?? url ?? unmatched)
  if (endpoint === false) return
  const contentType = reply.getHeader('content-type')
  recordAnswer(monitor, request.raw, {
    endpoint,
    status: reply.statusCode,
    contentType: typeof contentType === 'string' ? contentType : undefined,
    milliseconds: reply.elapsedTime,
  })
}
