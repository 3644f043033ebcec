import { connectionErrors } from '@millrace/connection'
import type { ErrorRow } from '@millrace/connection'
import { monitorErrors } from '@millrace/monitor'
import { queueErrors } from '@millrace/queue'

/** The codes that only arise over HTTP. */
export const serverErrors = {
  REQUEST_INVALID: { status: 400, retryable: false, after: 'Nothing was changed.' },
  BODY_NOT_JSON: { status: 400, retryable: false, after: 'Nothing was changed.' },
  UPLOAD_INVALID: { status: 400, retryable: false, after: 'Files that were read before the fault may have been taken.' },
  UNAUTHENTICATED: { status: 401, retryable: false, after: 'Nothing was read or changed.' },
  SIGN_IN_LINK_USED: { status: 401, retryable: false, after: 'Nobody was signed in.' },
  SIGN_IN_LINK_EXPIRED: { status: 401, retryable: false, after: 'Nobody was signed in.' },
  ROLE_TOO_LOW: { status: 403, retryable: false, after: 'Nothing was read or changed.' },
  CROSS_SITE_REFUSED: { status: 403, retryable: false, after: 'Nothing was read or changed.' },
  SUBJECT_REQUIRED: { status: 403, retryable: false, after: 'Nothing was read or changed.' },
  ROUTE_NOT_FOUND: { status: 404, retryable: false, after: 'Nothing was changed.' },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, after: 'Nothing was changed.' },
  COUNT_CHANGED: { status: 409, retryable: false, after: 'Nothing was changed.' },
  BODY_TOO_LARGE: { status: 413, retryable: false, after: 'Nothing was changed.' },
  CONTENT_TYPE_UNSUPPORTED: { status: 415, retryable: false, after: 'Nothing was changed.' },
  HOST_UNKNOWN: { status: 421, retryable: false, after: 'Nothing was read or changed.' },
  UPGRADE_REQUIRED: { status: 426, retryable: false, after: 'Nothing was changed.' },
  RATE_LIMITED: { status: 429, retryable: true, after: 'Nothing was read or changed; Retry-After says when the budget is whole again.' },
  STREAMS_TOO_MANY: { status: 429, retryable: true, after: 'No stream was opened; those that are open go on.' },
  HEADERS_TOO_LARGE: { status: 431, retryable: false, after: 'The request was not read.' },
  INTERNAL: { status: 500, retryable: false, after: 'The outcome is unknown; the log of the server has the reason.' },
  NOT_READY: { status: 503, retryable: true, after: 'The store did not answer; nothing was changed.' },
  SHUTTING_DOWN: { status: 503, retryable: true, after: 'The request was not begun; another server may take it.' },
  KEYS_UNAVAILABLE: {
    status: 503,
    retryable: true,
    after: 'The keys that verify tokens could not be fetched; nothing was read or changed.',
  },
  PORT_IN_USE: { status: 500, retryable: false, after: 'Nothing listens.' },
  HOST_UNUSABLE: { status: 500, retryable: false, after: 'Nothing listens.' },
  CONFIG_INVALID: { status: 500, retryable: false, after: 'No server was started.' },
  SECRET_UNUSABLE: { status: 500, retryable: false, after: 'No server was started.' },
  SECRET_MISMATCH: { status: 500, retryable: false, after: 'No server was started; the servers that run are untouched.' },
} as const satisfies Record<string, ErrorRow>

export type ServerErrorCode = keyof typeof serverErrors

/** Every code that a request can end in; the one place where codes become HTTP status. */
export const errorTable: Readonly<Record<string, ErrorRow>> = { ...connectionErrors, ...queueErrors, ...monitorErrors, ...serverErrors }
