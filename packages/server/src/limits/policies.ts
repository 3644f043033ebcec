import type { Policy } from '@millrace/contract'

/** The policies that limit. */
export type LimitedPolicy = Exclude<Policy, 'none'>

/** Requests of each policy in a window. 1…1,000,000. */
export type Limits = Readonly<Record<LimitedPolicy, number>>

/** A window begins with its first request and lasts this long, seconds. */
export const windowSeconds = 15 * 60

export const defaultLimits: Limits = Object.freeze({ performance: 50, queues: 200, workspace: 3_000, auth: 60, metrics: 120 })
