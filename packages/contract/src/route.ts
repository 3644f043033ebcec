import type { TObject, TSchema } from 'typebox'

/** Viewers read figures, operators act on messages and documents, admins decide on what cannot be undone. Each may all the former may. */
export type Role = 'viewer' | 'operator' | 'admin'

/** Lowest first. */
export const roles = ['viewer', 'operator', 'admin'] as const satisfies readonly Role[]

/** The rate limit a route counts in. */
export type Policy = 'performance' | 'queues' | 'auth' | 'workspace' | 'metrics' | 'none'

/** How many, by whom they count for. */
export interface Seats {
  readonly user: number
  readonly address: number
}

/** One operation of the interface, as data. Server, client, documentation and tests read it; nobody else decides any of it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the mount point; parameters as `:name`. */
  readonly path: `/${string}`
  readonly policy: Policy
  /** `public` needs no token; else the lowest role that may. */
  readonly role: 'public' | Role
  /** True: one audit record a request, allowed or refused. */
  readonly audited: boolean
  /** One line for the documentation. */
  readonly summary: string
  readonly params?: TObject
  readonly query?: TObject
  /** Request headers beyond the usual, lower case. */
  readonly headers?: TObject
  readonly body?: TSchema
  /** @defaultValue 'json' where there is a body */
  readonly bodyKind?: 'json' | 'multipart'
  /** @defaultValue 1 MiB */
  readonly bodyLimitBytes?: number
  /** Of the one successful answer; 101 where a WebSocket is opened. */
  readonly status: 101 | 200 | 201 | 202
  readonly answer: TSchema
  /** Another status whose answer has the same shape: something was asked about, and is not well. */
  readonly unwellStatus?: 503
  /** True where an answer has an ETag, and 304 without a body says that nothing is new. */
  readonly hasTag?: boolean
  /** The answer is a stream of server-sent events; each has the data of its name. `answer` is then that of the first name. */
  readonly events?: Readonly<Record<string, TSchema>>
  /** True: the answer is a stream of bytes of such a type, which the client hands over as a Blob. */
  readonly download?: true
  /** True: the path is opened as a WebSocket, and `answer` is the schema of nothing. */
  readonly websocket?: true
  /** Streams of this row that one user, and one address, may have open in a process. @defaultValue 5 a user, 20 an address */
  readonly seats?: Seats
  /** The answer may be one of these texts, and `answer` is the schema of a text. @defaultValue JSON alone */
  readonly contentTypes?: readonly string[]
}
