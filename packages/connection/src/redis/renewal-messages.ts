import type { RedisAddress } from '../parse-url.ts'
import type { PulseCall } from './pulse-timer.ts'

/** What the renewal thread is started with. */
export interface RenewalStart {
  readonly address: RedisAddress
  readonly commandTimeoutMs: number
  /** See `AliveSignal`. */
  readonly alive: SharedArrayBuffer
}

export type ToRenewal =
  { readonly kind: 'start'; readonly pulse: number; readonly call: PulseCall } | { readonly kind: 'stop'; readonly pulse: number }

export type FromRenewal =
  | { readonly kind: 'answer'; readonly pulse: number; readonly answer: unknown }
  | { readonly kind: 'error'; readonly pulse: number; readonly code: string; readonly message: string; readonly outcome: unknown }
  | { readonly kind: 'stopped'; readonly pulse: number }
