import { MillraceError } from '@millrace/connection'
import type { Route } from '@millrace/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pathOf } from '../errors/problem.ts'
import { unmatched } from '../recording/request-sink.ts'

/** What a path can be asked for. */
export type Served = Pick<Route, 'method' | 'path'>

/** Everything below these is ours, with or without a route. */
const areas = ['/api', '/health'] as const

/**
 * Answers what no row stands for: 405 where the path is `served` under another method, 400 where a part of it is too long for its row,
 * else 404; below /api only to who has a token.
 */
export function registerUnknownRoutes(app: FastifyInstance, served: readonly Served[]): void {
  for (const area of areas) {
    const access = area === '/api' ? ({ role: 'viewer', policy: 'none' } as const) : ({ role: 'public', policy: 'none' } as const)
    for (const url of [area, `${area}/*`]) {
      app.all(
        url,
        {
          config: { millraceAccess: access, millraceEndpoint: unmatched },
          onRequest: (request, reply) => refuse(request, reply, served, app.prefix),
        },
        neverReached,
      )
    }
  }
}

/** For a server of its own: what matched nothing at all. The guard has seen it. */
export function refuseUnrouted(request: FastifyRequest, reply: FastifyReply, served: readonly Served[]): Promise<never> {
  return refuse(request, reply, served, '')
}

async function refuse(request: FastifyRequest, reply: FastifyReply, served: readonly Served[], prefix: string): Promise<never> {
  const path = pathOf(request.raw.url ?? '').slice(prefix.length)
  const methods = methodsOf(path, served)
  if (methods.includes(request.method))
    throw new MillraceError('REQUEST_INVALID', 'A part of the path is longer than any name or id can be: at most 256 characters.')
  if (methods.length > 0) {
    void reply.header('allow', methods.join(', '))
    throw new MillraceError('METHOD_NOT_ALLOWED', `${request.method} is not possible here; possible: ${methods.join(', ')}.`)
  }
  throw new MillraceError('ROUTE_NOT_FOUND', `${request.method} ${pathOf(request.raw.url ?? '')} is not a route of this server.`)
}

/** The methods that rows have for a path, HEAD beside GET. */
function methodsOf(path: string, served: readonly Served[]): string[] {
  const found = served.filter((row) => patternOf(row.path).test(path)).map((row) => row.method)
  return [...new Set(found.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))]
}

const patternOf = (path: string) => new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`)

function neverReached(): never {
  throw new MillraceError('ROUTE_NOT_FOUND', 'There is nothing here.')
}
