import { Problem, routes } from '@millrace/contract'
import type { Route, RouteName } from '@millrace/contract'
import { operationOf, templateOf } from './operation.ts'
import { Schemas } from './schemas.ts'
import type { JsonSchema } from './schemas.ts'

const about = `The interface of a Millrace server: queues, and what they and the requests around them cost.

Errors are RFC 9457 problems: branch on \`code\`. Times are ms, \`usage\` is percent, \`uptime\` seconds. A figure that cannot be had is null, never 0. Rate limits are told by \`RateLimit\` and \`RateLimit-Policy\`, and by \`Retry-After\` where one is used up.

While the store does not answer, what needs it is answered with 503: a reading request after 2 s, a changing one, which waits for a store that is coming back, after 5 s. \`detail\` says what is true then; nothing that was told as not reached happens later.

A token: \`millrace token --role viewer\`, or from the issuer whose keys the server verifies by.`

const refusals: Readonly<Record<string, readonly [title: string, code: string, detail: string]>> = {
  400: ['Something in the request is not what is allowed', 'REQUEST_INVALID', 'query.range must be one of 1h, 24h, 7d.'],
  401: ['No valid token', 'UNAUTHENTICATED', 'This needs a valid token: Authorization: Bearer <token>.'],
  403: ['The token’s role is too low', 'ROLE_TOO_LOW', 'This needs the role operator; the token has the role viewer.'],
  404: ['Nothing has this name', 'QUEUE_NOT_FOUND', 'There is no queue mial. There are mail, reports.'],
  413: ['The body is too large', 'BODY_TOO_LARGE', 'The body is larger than this route takes.'],
  415: ['The body is of another kind', 'CONTENT_TYPE_UNSUPPORTED', 'The body must be application/json; no Content-Type was given.'],
  426: ['Not asked for as a WebSocket', 'UPGRADE_REQUIRED', 'This path is opened as a WebSocket.'],
  429: ['A limit is used up', 'RATE_LIMITED', 'More than 50 requests in 15 minutes. Try again in 312 s.'],
  503: [
    'The store does not answer, or the server is about to end',
    'STORE_UNAVAILABLE',
    'The store could not be read; nothing was changed. The log of the server has more under request 5f0c1e22ab.',
  ],
  default: ['Any other refusal or failure', 'INTERNAL', 'The server failed. Its log has the reason under request 5f0c1e22ab.'],
}

/**
 * What is served, as OpenAPI 3.1.
 * @param prefix where it is mounted: '' or `/queues`
 */
export function openApiDocument(rows: readonly Route[], { prefix, version, cookie }: OpenApiOptions): JsonSchema {
  const schemas = new Schemas()
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const [name, row] of Object.entries(routes) as [RouteName, Route][]) {
    if (!rows.includes(row)) continue
    const operations = (paths[templateOf(row.path)] ??= {})
    operations[row.method.toLowerCase()] = operationOf(name, row, schemas)
  }
  const responses = Object.entries(refusals).map(([status, refusal]) => [status, problemResponse(status, refusal, schemas)])
  return {
    openapi: '3.1.0',
    info: { title: 'Millrace', version, description: about, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: prefix === '' ? '/' : prefix }],
    paths,
    components: {
      schemas: schemas.components,
      responses: Object.fromEntries(responses) as JsonSchema,
      headers: {
        RateLimit: {
          description: 'what is left of each limit, and the seconds until it is whole again',
          schema: { type: 'string' },
          example: '"performance";r=49;t=900',
        },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: cookie,
          description: 'of a browser that signed in; what changes something must come from the server’s own pages',
        },
      },
    },
  }
}

export interface OpenApiOptions {
  readonly prefix: string
  readonly version: string
  /** The name of the session's cookie. */
  readonly cookie: string
}

function problemResponse(status: string, [title, code, detail]: readonly [string, string, string], schemas: Schemas): JsonSchema {
  const words = code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ')
  const example = {
    type: `urn:millrace:error:${code}`,
    title: words,
    status: status === 'default' ? 500 : Number(status),
    detail,
    code,
    instance: '/api/performance/queues',
  }
  return { description: title, content: { 'application/problem+json': { schema: schemas.of(Problem), example } } }
}
