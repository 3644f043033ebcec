import websocket from '@fastify/websocket'
import { MillraceError } from '@millrace/connection'
import type { Route, RouteName } from '@millrace/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { identityOf } from '../auth/guard.ts'
import type { Identity } from '../auth/identity.ts'
import type { Call, SocketHandler } from '../http/handler.ts'
import { compileValidation } from '../http/validation.ts'
import type { OpenSockets } from './open-sockets.ts'
import { closeCodes, Socket } from './socket.ts'

/** The largest message a socket takes, bytes; a longer one ends it with code 1009. */
const maxMessageBytes = 4 * 1024 * 1024

/**
 * Lets an application open WebSockets, unless it does already. An upgrade goes through the guard like any request, and a handler sees
 * only what was let in.
 */
export async function enableSockets(app: FastifyInstance): Promise<void> {
  if (app.hasDecorator('websocketServer')) return
  await app.register(websocket, {
    options: { maxPayload: maxMessageBytes, perMessageDeflate: false, clientTracking: false },
    // A message that is too long, or no WebSocket at all: the socket closes with its code, and that is all there is to say.
    errorHandler: (error, _socket, request) => {
      request.log.debug({ err: error }, 'a socket ended with an error')
    },
    preClose: (done) => {
      app.websocketServer.close()
      done()
    },
  })
}

interface Registered {
  readonly name: RouteName
  readonly row: Route
  readonly handler: SocketHandler<RouteName>
  readonly sockets: OpenSockets
  readonly callOf: (request: FastifyRequest, signalOf: () => AbortSignal) => Call<RouteName>
}

/** Registers an operation that is a WebSocket; asked in any other way it answers 426. */
export function registerSocket(app: FastifyInstance, { name, row, handler, sockets, callOf }: Registered): void {
  app.route({
    method: row.method,
    url: row.path,
    schema: { operationId: name, summary: row.summary, ...(row.params === undefined ? {} : { params: row.params }) } as object,
    config: { millraceAccess: { role: row.role, policy: row.policy } },
    validatorCompiler: ({ schema }) => compileValidation(schema as NonNullable<Route['params']>, 'path'),
    handler: (_request, reply) => {
      void reply.header('upgrade', 'websocket')
      throw new MillraceError('UPGRADE_REQUIRED', 'This path is opened as a WebSocket.')
    },
    wsHandler: async (opened: WebSocket, request: FastifyRequest) => {
      const identity = identityOf(request) as Identity
      const socket = new Socket(opened, { endsAtMs: identity.expiresAtMs })
      sockets.watch(socket, identity)
      try {
        await handler(
          callOf(request, () => closedBy(socket)),
          socket,
        )
      } catch (error) {
        request.log.error({ err: error }, 'a socket could not be served')
        socket.close(closeCodes.failed, 'the server failed')
      }
    },
  })
}

function closedBy(socket: Socket): AbortSignal {
  const gone = new AbortController()
  socket.onClose(() => gone.abort())
  return gone.signal
}
