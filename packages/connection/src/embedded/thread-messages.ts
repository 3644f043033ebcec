import type { CallFailure } from './call-failure.ts'
import type { ProcedureEffect } from './procedure.ts'

/** What the thread is started with. */
export interface ThreadStart {
  /** Absolute path of the database file; its folder exists. */
  readonly file: string
  readonly durability: 'crash-safe' | 'power-safe'
  readonly control: SharedArrayBuffer
}

/** Memory both threads see. */
export interface Control {
  /** [0] turns 1 when the file is closed. */
  readonly closed: Int32Array
  /** [0] turns 1 when the process is about to exit: what still waits will never be heard, so it is not begun. */
  readonly leaving: Int32Array
  /** [0] is the monotonic time (`process.hrtime`, ns) at which the main thread was last seen alive. */
  readonly aliveNs: BigInt64Array
}

export const controlBytes = 16

export function viewControl(buffer: SharedArrayBuffer): Control {
  return { closed: new Int32Array(buffer, 0, 1), leaving: new Int32Array(buffer, 4, 1), aliveNs: new BigInt64Array(buffer, 8, 1) }
}

/** A procedure is named once, by a number that stands for it from then on. */
export interface NewProcedure {
  readonly number: number
  readonly name: string
  readonly moduleUrl: string
  readonly effect: ProcedureEffect
}

/** The calls of one tick. Columns rather than rows: they cost less to copy between threads. */
interface CallsMessage {
  readonly kind: 'calls'
  readonly ids: number[]
  readonly procedures: number[]
  readonly values: unknown[]
}

export type ToThread =
  | { readonly kind: 'procedure'; readonly procedure: NewProcedure }
  | CallsMessage
  | {
      readonly kind: 'pulse'
      readonly pulse: number
      readonly procedure: number
      readonly value: unknown
      readonly everyMs: number
      readonly maxStallMs: number
    }
  | { readonly kind: 'stop-pulse'; readonly id: number; readonly pulse: number }
  | { readonly kind: 'clock'; readonly id: number; readonly ms: number }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'close' }

/** What one group of calls came to. */
export interface AnswersMessage {
  readonly kind: 'answers'
  readonly ids: number[]
  readonly values: unknown[]
  readonly failedIds: number[]
  readonly failures: CallFailure[]
  readonly pulses: { readonly pulse: number; readonly value?: unknown; readonly failure?: CallFailure }[]
  readonly published: (readonly [channel: string, text: string])[]
}

export type FromThread =
  | { readonly kind: 'ready'; readonly processNumber: number; readonly version: string }
  | { readonly kind: 'not-opened'; readonly failure: CallFailure }
  | AnswersMessage
  /** Answers `stop-pulse`, `clock` and `ping`. */
  | { readonly kind: 'done'; readonly id: number }
  /** The file can no longer be trusted to keep what is written: every call fails from now on. */
  | { readonly kind: 'broken'; readonly failure: CallFailure }
