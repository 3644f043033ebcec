import type { Static } from 'typebox'
import { oneOf, record } from './primitives.ts'

/** The process runs. Says nothing of the store. */
export const Live = record({ status: oneOf(['live']) })
export type Live = Static<typeof Live>

/** The store answered just now. Otherwise 503 NOT_READY with the reason. */
export const Ready = record({ status: oneOf(['ready']) })
export type Ready = Static<typeof Ready>
