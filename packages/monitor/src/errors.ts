import type { ErrorRow } from '@millrace/connection'

/** The codes that asking the monitor can end in, beyond those of the connection. */
export const monitorErrors = {
  RANGE_INVALID: { status: 400, retryable: false, after: 'Nothing was read.' },
  METRIC_UNKNOWN: { status: 404, retryable: false, after: 'Nothing was read.' },
  VIEW_INVALID: { status: 400, retryable: false, after: 'Nothing was read.' },
  FORMAT_INVALID: { status: 400, retryable: false, after: 'Nothing was read.' },
  SELECTOR_INVALID: { status: 400, retryable: false, after: 'Nothing was read.' },
  MONITOR_CLOSED: { status: 503, retryable: false, after: 'Nothing began.' },
} as const satisfies Record<string, ErrorRow>

export type MonitorErrorCode = keyof typeof monitorErrors
