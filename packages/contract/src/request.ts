import type { Static, TSchema } from 'typebox'
import type { routes, RouteName } from './routes.ts'

type Part<Row, Key extends string> = Row extends Readonly<Record<Key, infer Schema extends TSchema>> ? Static<Schema> : undefined

/** Path parameters of an operation; undefined when its path has none. */
export type Params<Name extends RouteName> = Part<(typeof routes)[Name], 'params'>
/** The query as a handler gets it, defaults filled in. */
export type Query<Name extends RouteName> = Part<(typeof routes)[Name], 'query'>
/** The JSON body; undefined when there is none, or it is an upload. */
export type Body<Name extends RouteName> = Part<(typeof routes)[Name], 'body'>
/** The declared headers. */
export type Headers<Name extends RouteName> = Part<(typeof routes)[Name], 'headers'>
/** The successful answer. */
export type Answer<Name extends RouteName> = Static<(typeof routes)[Name]['answer']>
