import { MillraceError } from '@millrace/connection'
import { requireNumber, shown } from './check.ts'
import { maxAheadMs } from './new-message.ts'

const retryMark = Symbol.for('millrace.retry')
const buryMark = Symbol.for('millrace.bury')

/**
 * Thrown by a handler (or given in a batch's answer): this attempt failed, and the next one comes in `delayMs` instead of after the
 * queue's backoff. It spends an attempt as any failure does, so `maxRetries` still ends it.
 */
export class Retry extends Error {
  override readonly name: string = 'Retry'
  readonly delayMs: number | undefined
  readonly [retryMark] = true

  /** @param options.delayMs 0…10 years; without it the queue's backoff decides */
  constructor(options: { readonly delayMs?: number; readonly reason?: string; readonly cause?: unknown } = {}) {
    super(options.reason ?? 'the handler asked for another attempt', options.cause === undefined ? undefined : { cause: options.cause })
    this.delayMs =
      options.delayMs === undefined
        ? undefined
        : requireNumber('Retry', 'delayMs', options.delayMs, { min: 0, max: maxAheadMs }, 'DELAY_INVALID')
  }
}

/** Thrown by a handler (or given in a batch's answer): the message is dead at once, for this reason, whatever attempts are left. */
export class Bury extends Error {
  override readonly name: string = 'Bury'
  readonly [buryMark] = true

  /** @param reason kept with the message, at most 256 characters of it */
  constructor(reason: string, options: { readonly cause?: unknown } = {}) {
    if (typeof reason !== 'string' || reason.length === 0) {
      throw new MillraceError('OPTION_INVALID', `Bury: \`reason\` must be a text that says why, got ${shown(reason)}`)
    }
    super(reason, options.cause === undefined ? undefined : { cause: options.cause })
  }
}

/** True for a Retry of whichever copy of the package. */
export function isRetry(error: unknown): error is Retry {
  return error instanceof Error && retryMark in error
}

/** True for a Bury of whichever copy of the package. */
export function isBury(error: unknown): error is Bury {
  return error instanceof Error && buryMark in error
}
