/** What is known about one error code: the HTTP status it maps to, whether trying again can help, and what is true afterwards. */
export interface ErrorRow {
  readonly status: number
  readonly retryable: boolean
  /** One sentence: what is true after this error was thrown. */
  readonly after: string
}

/** The codes that reaching a store can end in. Rooms above add their own rows; the server merges them all. */
export const connectionErrors = {
  OPTION_INVALID: { status: 400, retryable: false, after: 'Nothing was sent to the store.' },
  STORE_UNREACHABLE: { status: 503, retryable: true, after: 'No connection was made and nothing was sent.' },
  STORE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    after: 'The outcome is unknown: it may have taken effect, or may yet. Repeating it with the same id is safe; without one, look first.',
  },
  STORE_DENIED: { status: 503, retryable: false, after: 'The store refused the credentials or lacks a right; nothing changed.' },
  STORE_TOO_OLD: { status: 503, retryable: false, after: 'No connection is kept; nothing changed.' },
  STORE_EVICTS: { status: 503, retryable: false, after: 'No connection is kept; nothing changed.' },
  STORE_IN_USE: { status: 503, retryable: false, after: 'The file belongs to another process; it was not touched.' },
  STORE_PATH_INVALID: { status: 503, retryable: false, after: 'Nothing was created.' },
  STORE_FULL: { status: 503, retryable: true, after: 'The call was refused before its first write; nothing changed.' },
  STORE_CORRUPT: { status: 500, retryable: false, after: 'The stored bytes could not be read; they were left as they are.' },
  STORE_REFUSED: { status: 500, retryable: false, after: 'The store answered with an error of its own, kept as the cause.' },
  CONNECTION_CLOSED: { status: 503, retryable: false, after: 'The call was not sent: close() came first.' },
} as const satisfies Record<string, ErrorRow>

export type ConnectionErrorCode = keyof typeof connectionErrors

/**
 * What is known of a call that the store did not answer, as `details.outcome` of STORE_UNAVAILABLE. `unread`: it only reads, so nothing
 * was changed. `unsent`: the store never saw it, so nothing was changed. `unknown`: it may or may not have taken effect.
 */
export type UnansweredOutcome = 'unread' | 'unsent' | 'unknown'

const afterUnanswered: Readonly<Record<UnansweredOutcome, string>> = {
  unread: 'The store could not be read; nothing was changed.',
  unsent: 'The store was not reached; nothing was changed.',
  unknown: connectionErrors.STORE_UNAVAILABLE.after,
}

/** One sentence: what is true after this very error, which may be more than the row of its code knows. */
export function afterOf(error: MillraceError, row: ErrorRow): string {
  const outcome = error.code === 'STORE_UNAVAILABLE' ? error.details['outcome'] : undefined
  return afterUnanswered[outcome as UnansweredOutcome] ?? row.after
}

/**
 * Every error this project throws. `code` is a word to branch on, `message` says what to do,
 * `cause` keeps the original, `details` carries the data a caller may need.
 * Recognise it with `isMillraceError`, which also accepts an instance from another installed copy.
 */
export class MillraceError<Code extends string = string> extends Error {
  override readonly name = 'MillraceError'
  readonly code: Code
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: Code, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}

/** True for a MillraceError, whichever copy of the package made it; with `code`, only for that code. */
export function isMillraceError(error: unknown, code?: string): error is MillraceError {
  if (!(error instanceof Error) || error.name !== 'MillraceError') return false
  return code === undefined || (error as MillraceError).code === code
}

/** @param what happened, a sentence without its full stop */
export function unanswered(outcome: UnansweredOutcome, what: string, cause?: unknown): MillraceError {
  return new MillraceError('STORE_UNAVAILABLE', `${what}. ${afterUnanswered[outcome]}`, { cause, details: { outcome } })
}
