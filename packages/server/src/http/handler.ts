import type { Readable } from 'node:stream'
import type { Log } from '@millrace/connection'
import type { Answer, Body, EventOf, Headers, Params, Query, RouteName, routes } from '@millrace/contract'
import type { Identity } from '../auth/identity.ts'
import type { Socket } from '../sockets/socket.ts'
import type { EventStream } from '../stream/event-stream.ts'
import type { UploadedFile } from './upload.ts'

/** One request of an operation, read and checked against its row. */
export interface Call<Name extends RouteName> {
  readonly params: Params<Name>
  /** Numbers are numbers, defaults are filled in. */
  readonly query: Query<Name>
  readonly body: Body<Name>
  readonly headers: Headers<Name>
  /** Whom the verified token speaks for. */
  readonly identity: (typeof routes)[Name]['role'] extends 'public' ? undefined : Identity
  /** The parts of a multipart upload in the order they arrive, to be read once; only where the row says multipart. */
  readonly files: () => AsyncIterable<UploadedFile>
  /** Begins the stream that the answer is; only where the row has events. @throws MillraceError STREAMS_TOO_MANY */
  readonly openStream: () => EventStream
  /** Aborted when the client goes away before it got its answer. */
  readonly signal: AbortSignal
  /** Where the request came from, as `clientAddressOf` names it. */
  readonly address: string
  /** Names the request in log and answers. */
  readonly requestId: string
  readonly log: Log
  /** Bytes of the JSON body. */
  readonly bodyBytes: number
}

/** An answer with more to it than its body. */
export class Reply<Value> {
  readonly body: Value
  /** Beside those that every answer has, and before them. */
  readonly headers: Readonly<Record<string, string>>
  /** @defaultValue the row's */
  readonly status: number | undefined

  constructor(body: Value, headers: Readonly<Record<string, string>> = {}, status?: 304 | 503) {
    this.body = body
    this.headers = headers
    this.status = status
  }
}

/**
 * Answers one operation with the shape its row states; the status is the row's. To refuse, throw a MillraceError whose code
 * has a row in the error table.
 */
export type Handler<Name extends RouteName> = (call: Call<Name>) => Given<Name> | Promise<Given<Name>>
type Given<Name extends RouteName> = [EventOf<Name>] extends [never]
  ? Downloaded<(typeof routes)[Name]> | Frozen<Answer<Name>> | Reply<Frozen<Answer<Name>>> | Tagged<(typeof routes)[Name]>
  : EventStream
/** The bytes of a download as they come. */
type Downloaded<Row> = Row extends { readonly download: true } ? Reply<Readable> : never
/** Where answers have a tag, one may be left out. */
type Tagged<Row> = Row extends { readonly hasTag: true } ? Reply<null> : never

/** Serves one WebSocket from its opening; what it throws ends the socket with code 1011. */
export type SocketHandler<Name extends RouteName> = (call: Call<Name>, socket: Socket) => void | Promise<void>

/** The same shape, not to be written to. */
export type Frozen<Value> = Value extends object ? { readonly [Key in keyof Value]: Frozen<Value[Key]> } : Value

/** Handlers by operation. An operation without one is not served: its path is unknown. */
export type Handlers = {
  readonly [Name in RouteName]?: (typeof routes)[Name] extends { readonly websocket: true } ? SocketHandler<Name> : Handler<Name>
}

/** Names handlers so that their calls are typed by the table. */
export function defineHandlers<const Given extends Handlers>(handlers: Given): Given {
  return handlers
}
