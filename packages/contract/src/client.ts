import type { Static, TSchema } from 'typebox'
import { readEvents } from './read-events.ts'
import { isProblem } from './is-problem.ts'
import type { Problem } from './problem.ts'
import type { Answer, Body, Headers as RouteHeaders, Params, Query } from './request.ts'
import type { Route } from './route.ts'
import { routes } from './routes.ts'
import type { RouteName } from './routes.ts'

export interface ClientOptions {
  /** Where the interface is mounted: `http://127.0.0.1:3000`, or '' for the page's own origin. A path is kept. */
  readonly baseUrl: string
  /** Sent as bearer token; a function is asked before each request. Left out, a cookie of the same origin speaks. */
  readonly token?: string | (() => string | Promise<string>)
  /** @defaultValue the global fetch */
  readonly fetch?: typeof fetch
}

type Upload<Name extends RouteName> = (typeof routes)[Name] extends { readonly bodyKind: 'multipart' }
  ? {
      readonly body: FormData | Blob | ReadableStream
      /** Needed beside a stream, which does not know its own boundary. */ readonly headers?: { readonly 'content-type': string }
    }
  : unknown
type Given<Key extends string, Value> = Value extends undefined ? unknown : { readonly [K in Key]: Value }
type Optional<Key extends string, Value> = Value extends undefined ? unknown : { readonly [K in Key]?: Partial<Value> }
type Asked<Key extends string, Value> = Value extends undefined
  ? unknown
  : Record<never, never> extends QueryOf<Value>
    ? { readonly [K in Key]?: QueryOf<Value> }
    : { readonly [K in Key]: QueryOf<Value> }
type QueryOf<Value> = Omit<Value, DefaultedQuery> & Partial<Pick<Value, Extract<keyof Value, DefaultedQuery>>>
/** Query fields that have a default, so that a caller may leave them out. */
type DefaultedQuery = 'limit' | 'range' | 'format' | 'view' | 'offset' | 'order'

/** What one call needs. `signal` aborts it; `headers` may add any, and wins over the client's own. */
export type CallOptions<Name extends RouteName> = Given<'params', Params<Name>> &
  Asked<'query', Query<Name>> &
  Given<'body', Body<Name>> &
  Upload<Name> &
  Optional<'headers', RouteHeaders<Name>> & { readonly signal?: AbortSignal }

/** One event of a stream of events. */
export type EventOf<Name extends RouteName> = (typeof routes)[Name] extends {
  readonly events: infer Events extends Readonly<Record<string, TSchema>>
}
  ? { readonly [Event in keyof Events]: { readonly event: Event; readonly data: Static<Events[Event]> } }[keyof Events]
  : never

type Call<Name extends RouteName> = (typeof routes)[Name] extends { readonly websocket: true }
  ? (options: Pick<CallOptions<Name>, Extract<keyof CallOptions<Name>, 'params'>>) => string
  : [EventOf<Name>] extends [never]
    ? Ask<Name>
    : (options?: CallOptions<Name>) => AsyncGenerator<EventOf<Name>, void>

type Ask<Name extends RouteName> =
  Record<never, never> extends CallOptions<Name>
    ? (options?: CallOptions<Name>) => Promise<Got<Name>>
    : (options: CallOptions<Name>) => Promise<Got<Name>>

type Got<Name extends RouteName> = (typeof routes)[Name] extends { readonly download: true } ? Blob : Answer<Name>

/** One method an operation, named as in the table. That of a WebSocket sends nothing: it answers with the address to open. */
export type Client = { readonly [Name in RouteName]: Call<Name> }

/** A refusal or failure that the server explained. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** Word of the error table; `UNEXPECTED_ANSWER` when something else than a Millrace server answered. */
  readonly code: string
  readonly problem: Problem | undefined
  /** Seconds to wait before trying again, when the server said so. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, problem: Problem | undefined, retryAfterSeconds: number | undefined) {
    super(problem === undefined ? `The answer (status ${status}) is not one of a Millrace server; look at baseUrl.` : problem.detail)
    this.status = status
    this.code = problem?.code ?? 'UNEXPECTED_ANSWER'
    this.problem = problem
    this.retryAfterSeconds = retryAfterSeconds
  }
}

interface LooseOptions {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/**
 * A typed client of the interface; runs in browsers and Node. Nothing is sent before a method is called.
 * @throws ApiError for every answer that is no success; what `fetch` throws when nothing answers
 */
export function createClient(options: ClientOptions): Client {
  const calls = (Object.entries(routes) as [RouteName, Route][]).map(([name, route]) => {
    if (route.websocket === true) return [name, (given: LooseOptions) => socketAddressOf(options.baseUrl, route, given)]
    return [name, (given: LooseOptions = {}) => (route.events === undefined ? call(options, route, given) : watch(options, route, given))]
  })
  return Object.freeze(Object.fromEntries(calls) as Client)
}

async function call(client: ClientOptions, route: Route, given: LooseOptions): Promise<unknown> {
  const response = await request(client, route, given)
  const isText = route.contentTypes !== undefined && response.status === route.status
  const answer: unknown = isText ? await contentOf(response, route) : await response.json().catch(() => undefined)
  const isAnswer = response.status === route.status || (response.status === route.unwellStatus && !isProblem(answer))
  if (isAnswer && answer !== undefined) return answer
  throw refusalOf(response, answer)
}

/** The events of a stream as they come; ends when the server ends it, and lets go of it when the reader stops. */
async function* watch(client: ClientOptions, route: Route, given: LooseOptions): AsyncGenerator<unknown, void> {
  const response = await request(client, route, given, 'text/event-stream, application/problem+json;q=0.9')
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (response.status !== route.status || !isStream || response.body === null) {
    throw refusalOf(response, await response.json().catch(() => undefined))
  }
  for await (const { event, data } of readEvents(response.body)) yield { event, data: JSON.parse(data) as unknown }
}

function refusalOf(response: Response, answer: unknown): ApiError {
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ApiError(response.status, isProblem(answer) ? answer : undefined, Number.isFinite(wait) ? wait : undefined)
}

async function request(
  client: ClientOptions,
  route: Route,
  given: LooseOptions,
  accept = 'application/json, */*;q=0.5',
): Promise<Response> {
  const send = client.fetch ?? fetch
  const token = typeof client.token === 'function' ? await client.token() : client.token
  const json = given.body !== undefined && route.bodyKind !== 'multipart'
  return send(addressOf(client.baseUrl, route, given), {
    method: route.method,
    credentials: 'same-origin',
    headers: {
      accept,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...given.headers,
    },
    ...(given.body === undefined ? {} : { body: json ? JSON.stringify(given.body) : (given.body as FormData) }),
    // Node sends a stream only when told that it will not read the answer before the end.
    ...(given.body instanceof ReadableStream ? { duplex: 'half' } : {}),
    ...(given.signal === undefined ? {} : { signal: given.signal }),
  })
}

/** The text or the bytes of an answer, when it is of a kind that the row names. */
async function contentOf(response: Response, route: Route): Promise<string | Blob | undefined> {
  const kind = (contentType: string) => contentType.split(';', 1)[0]?.trim()
  const given = kind(response.headers.get('content-type') ?? '')
  if (route.contentTypes?.some((contentType) => kind(contentType) === given) !== true) return undefined
  return route.download === true ? response.blob() : response.text()
}

function addressOf(baseUrl: string, route: Route, given: LooseOptions): string {
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(given.params?.[name] ?? ''))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(given.query ?? {})) if (value !== undefined) query.set(name, String(value))
  return `${baseUrl.replace(/\/+$/, '')}${path}${query.size === 0 ? '' : `?${query}`}`
}

/** `wss://host/path`; a page's own origin where there is no other. */
function socketAddressOf(baseUrl: string, route: Route, given: LooseOptions): string {
  const own = (globalThis as { location?: { href: string } }).location?.href
  const address = new URL(addressOf(baseUrl, route, given), own)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  return address.href
}
