import { isMillraceError, MillraceError } from '@millrace/connection'
import type { ErrorRow } from '@millrace/connection'

/** The codes of the queue; those of reaching the store stand in connection/src/errors.ts. */
export const queueErrors = {
  QUEUE_NAME_INVALID: { status: 400, retryable: false, after: 'Nothing was sent.' },
  QUEUE_NOT_FOUND: { status: 404, retryable: false, after: 'Nothing was changed.' },
  PRIORITY_INVALID: { status: 400, retryable: false, after: 'Nothing was sent.' },
  PAYLOAD_NOT_JSON: { status: 400, retryable: false, after: 'Nothing was sent.' },
  PAYLOAD_INVALID: { status: 400, retryable: false, after: 'Nothing was sent.' },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false, after: 'Nothing was sent.' },
  PAYLOAD_TOO_DEEP: { status: 400, retryable: false, after: 'Nothing was sent.' },
  DELAY_INVALID: { status: 400, retryable: false, after: 'Nothing was sent.' },
  SCHEDULE_INVALID: { status: 400, retryable: false, after: 'Nothing was sent.' },
  SCHEDULE_NOT_FOUND: { status: 404, retryable: false, after: 'Nothing was changed.' },
  ID_INVALID: { status: 400, retryable: false, after: 'Nothing was sent.' },
  ID_CONFLICT: { status: 409, retryable: false, after: 'The id is taken by a message with another payload; that message is unchanged.' },
  QUEUE_FULL: { status: 429, retryable: true, after: 'Nothing was stored; try again when the queue is shorter.' },
  UNCONFIRMED: { status: 503, retryable: true, after: 'The message is stored, but fewer replicas than asked for confirmed it.' },
  MESSAGE_NOT_FOUND: { status: 404, retryable: false, after: 'Nothing was changed.' },
  STATE_CONFLICT: { status: 409, retryable: false, after: 'The message is in a state that does not allow this; nothing was changed.' },
  CALL_OUTDATED: { status: 409, retryable: false, after: 'A later call of the same worker was answered already; nothing was changed.' },
  TIMEOUT: { status: 504, retryable: true, after: 'The attempt counts as failed; what its handler still answers is ignored.' },
  CANCELLED: { status: 409, retryable: false, after: 'The message is gone; what its handler still answers is ignored.' },
  LEASE_LOST: { status: 409, retryable: true, after: 'The message may run elsewhere; what this handler still answers is ignored.' },
  SHUTDOWN: { status: 503, retryable: true, after: 'The message was handed back unspent; what its handler still answers is ignored.' },
  OUTCOME_INVALID: { status: 500, retryable: true, after: 'The attempt counts as failed for every message of the batch.' },
  VALUE_DROPPED: { status: 500, retryable: false, after: 'The message is completed; its return value was not kept.' },
  QUEUE_CLOSED: { status: 503, retryable: false, after: 'close() came first; nothing was sent.' },
} as const satisfies Record<string, ErrorRow>

export type QueueErrorCode = keyof typeof queueErrors

/** True when the store could not be reached: what was asked may or may not have happened. */
export function isOutage(error: unknown): boolean {
  return isMillraceError(error, 'STORE_UNAVAILABLE') || isMillraceError(error, 'CONNECTION_CLOSED')
}

/** A cursor that no page of messages in this state gave. */
export function cursorInvalid(state: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `cursor: it is not one that a page of ${state} messages gave; leave it out to begin again.`)
}
