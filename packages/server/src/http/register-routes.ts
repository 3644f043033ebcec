import { MillraceError } from '@millrace/connection'
import type { Connection } from '@millrace/connection'
import { routes } from '@millrace/contract'
import type { Route, RouteName } from '@millrace/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { identityOf } from '../auth/guard.ts'
import type { Identity } from '../auth/identity.ts'
import type { Gate } from '../auth/guard.ts'
import { clientAddressOf } from '../limits/client-address.ts'
import type { OpenSockets } from '../sockets/open-sockets.ts'
import { registerSocket } from '../sockets/register-socket.ts'
import type { EventStreams } from '../stream/event-streams.ts'
import { Reply } from './handler.ts'
import type { Call, Handler, Handlers, SocketHandler } from './handler.ts'
import { checkBodyKind, refuseUnknownBody } from './body-kind.ts'
import { bodyBytesOf } from './json-body.ts'
import { withPatience } from './patience.ts'
import { filesOf } from './upload.ts'
import { compileValidation } from './validation.ts'

/** Largest body of a route that says nothing else, bytes. */
const bodyLimitBytes = 1024 * 1024

/** What routes are served with. */
interface Means {
  readonly gate: Gate
  readonly streams: EventStreams
  readonly sockets: OpenSockets
  readonly connection: Connection
}

/** A stream is neither kept nor gathered by anything between. */
const streamHeaders = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' }

/** Registers every operation that has a handler, by its row of the table. Answers with the rows that are served now. */
export function registerRoutes(app: FastifyInstance, handlers: Handlers, means: Means): Route[] {
  const served: Route[] = []
  for (const [name, row] of Object.entries(routes) as [RouteName, Route][]) {
    const handler = handlers[name] as Handler<RouteName> | SocketHandler<RouteName> | undefined
    if (handler === undefined) continue
    if (row.websocket === true) {
      const opens = handler as SocketHandler<RouteName>
      registerSocket(app, {
        name,
        row,
        handler: opens,
        ...means,
        callOf: (request, signalOf) => callOf(request, { row, ...means }, signalOf),
      })
    } else registerRoute(app, { name, row, handler: handler as Handler<RouteName>, ...means })
    served.push(row)
  }
  return served
}

interface Registered extends Means {
  readonly name: RouteName
  readonly row: Route
  readonly handler: Handler<RouteName>
}

function registerRoute(app: FastifyInstance, { name, row, handler, gate, streams, connection }: Registered): void {
  // Signing in: public, and yet about a token.
  const takesToken = row.role === 'public' && row.policy === 'auth'
  const schema = {
    operationId: name,
    summary: row.summary,
    ...(row.params === undefined ? {} : { params: row.params }),
    ...(row.query === undefined ? {} : { querystring: row.query }),
    ...(row.headers === undefined ? {} : { headers: row.headers }),
    ...(row.body === undefined ? {} : { body: row.body }),
    response: { [row.status]: row.answer },
  }
  app.route({
    method: row.method,
    url: row.path,
    schema,
    bodyLimit: row.bodyLimitBytes ?? bodyLimitBytes,
    config: {
      millraceAccess: { role: row.role, policy: row.policy },
      ...(isProbe(row) ? { millraceEndpoint: false as const } : {}),
    },
    onRequest: async (request) => {
      if (takesToken) gate.address.checkSignIn(request)
      checkBodyKind(request, row)
    },
    validatorCompiler: ({ schema: part, httpPart }) => compileValidation(part, placeOf(httpPart)),
    // Answers are written as they are: a compiled serializer would turn a null figure into 0 without a word.
    serializerCompiler: () => (answer) => JSON.stringify(answer),
    handler: async (request, reply) => {
      // Asked by HEAD, a stream would be opened for nobody.
      if (row.events !== undefined && request.method === 'HEAD') return reply.type('text/event-stream').send('')
      if (row.body === undefined && row.bodyKind === undefined) refuseUnknownBody(request)
      if (row.download === true && request.method === 'HEAD') return reply.type(row.contentTypes?.[0] ?? '').send('')
      const call = callOf(request, { row, streams }, () => abortedWith(reply))
      const kind = row.method === 'GET' ? 'read' : 'write'
      // An upload takes as long as its client does: its calls of the store have deadlines of their own.
      const asked =
        row.bodyKind === 'multipart'
          ? Promise.resolve(handler(call))
          : withPatience(connection, { kind, elapsedMs: () => reply.elapsedTime }, () => handler(call))
      const given = await (takesToken ? asked.catch((error: unknown) => gate.turnAway(request, reply, error)) : asked)
      const { body, headers, status } = given instanceof Reply ? given : new Reply(given)
      return reply
        .code(status ?? row.status)
        .headers(row.events === undefined ? { 'cache-control': 'no-store', 'content-type': 'application/json', ...headers } : streamHeaders)
        .send(body)
    },
  })
}

/** What machines ask all day to see whether the server lives; it would bury what people ask for. */
function isProbe(row: Route): boolean {
  return row.policy === 'none' || row.policy === 'metrics'
}

function placeOf(httpPart: string | undefined): 'path' | 'query' | 'headers' | 'body' {
  if (httpPart === 'params') return 'path'
  return httpPart === 'querystring' ? 'query' : httpPart === 'headers' ? 'headers' : 'body'
}

/** @param signalOf makes the signal of a call when it is asked for first */
function callOf(
  request: FastifyRequest,
  { row, streams }: Pick<Registered, 'row' | 'streams'>,
  signalOf: () => AbortSignal,
): Call<RouteName> {
  let signal: AbortSignal | undefined
  const call = {
    params: row.params === undefined ? undefined : request.params,
    query: row.query === undefined ? undefined : request.query,
    headers: row.headers === undefined ? undefined : request.headers,
    body: row.body === undefined ? undefined : request.body,
    identity: identityOf(request),
    address: clientAddressOf(request.ip),
    bodyBytes: bodyBytesOf(request),
    requestId: request.id,
    log: request.log,
    files: () => filesOf(request),
    // Only a public row has no identity, and no public row has events.
    openStream: () => streams.open(row, { address: clientAddressOf(request.ip), identity: identityOf(request) as Identity }),
    get signal() {
      return (signal ??= signalOf())
    },
  }
  return call as unknown as Call<RouteName>
}

function abortedWith(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  const abort = () => {
    if (!reply.raw.writableFinished) gone.abort(new MillraceError('UPLOAD_INVALID', 'The client went away before it got its answer.'))
  }
  if (reply.raw.destroyed) abort()
  else reply.raw.once('close', abort)
  return gone.signal
}
