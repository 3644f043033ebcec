import type { Answer, Body, Headers, Params, Query, RouteName, routes } from '@millrace/contract'
import type { Frozen } from '../http/handler.ts'
import { performanceExamples } from './examples/performance.ts'
import { queueExamples } from './examples/queues.ts'
import { sessionExamples } from './examples/session.ts'
import { workspaceExamples } from './examples/workspace.ts'

/** One request and its answer, as the reference shows them. A test holds each to its schemas. */
export interface Example<Name extends RouteName> {
  readonly params?: Frozen<Params<Name>>
  readonly query?: Partial<Frozen<Query<Name>>>
  readonly headers?: Frozen<Headers<Name>>
  readonly body?: Frozen<Body<Name>>
  /** Of a row with content types: a text of each. */
  readonly answer: (typeof routes)[Name] extends { readonly contentTypes: readonly (infer Kind extends string)[] }
    ? Readonly<Record<Kind, string>>
    : Frozen<Answer<Name>>
}

export type Examples<Name extends RouteName> = { readonly [Key in Name]: Example<Key> }

/** The same, for who goes over all of them. */
export interface LooseExample {
  readonly params?: Readonly<Record<string, unknown>> | undefined
  readonly query?: Readonly<Record<string, unknown>> | undefined
  readonly headers?: Readonly<Record<string, unknown>> | undefined
  readonly body?: unknown
  readonly answer: unknown
}

export const examples: Examples<RouteName> = { ...performanceExamples, ...queueExamples, ...sessionExamples, ...workspaceExamples }
