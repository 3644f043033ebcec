import { afterOf, isMillraceError } from '@millrace/connection'
import type { ErrorRow } from '@millrace/connection'
import type { FieldProblem, Problem } from '@millrace/contract'
import { errorTable, serverErrors } from './error-table.ts'

/** What is said of an error to whoever asked. A failure of ours (≥ 500) tells the row's sentence, never the error's own. */
export interface Explained {
  readonly code: string
  readonly row: ErrorRow
  readonly detail: string
  /** True for a state the server is in, rather than a failure. */
  readonly expected: boolean
  readonly errors?: readonly FieldProblem[]
}

/** Rows an application adds for the codes its own handlers throw. */
export type ErrorRows = Readonly<Record<string, ErrorRow>>

/** Codes whose message was written for the caller although the status is ≥ 500, and needs no stack in the log. */
const expected = new Set(['NOT_READY', 'SHUTTING_DOWN', 'KEYS_UNAVAILABLE'])

/** Finds the row of an error. One without a row, or that is none of ours, is INTERNAL. */
export function explain(error: unknown, requestId: string, rows: ErrorRows = {}): Explained {
  const known = isMillraceError(error) ? (rows[error.code] ?? errorTable[error.code]) : undefined
  if (known === undefined || !isMillraceError(error)) {
    return {
      code: 'INTERNAL',
      expected: false,
      row: serverErrors.INTERNAL,
      detail: `The server failed. Its log has the reason under request ${requestId}.`,
    }
  }
  const spoken = known.status < 500 || expected.has(error.code)
  const errors = error.details['errors']
  return {
    code: error.code,
    row: known,
    expected: expected.has(error.code),
    detail: spoken ? error.message : `${afterOf(error, known)} The log of the server has more under request ${requestId}.`,
    ...(Array.isArray(errors) ? { errors: errors as FieldProblem[] } : {}),
  }
}

/** RFC 9457, with `code`. `instance` is the path alone: a query may hold what nobody should log. */
export function problemOf(explained: Omit<Explained, 'expected'>, url: string): Problem {
  return {
    type: `urn:millrace:error:${explained.code}`,
    title: titleOf(explained.code),
    status: explained.row.status,
    detail: explained.detail,
    code: explained.code,
    instance: pathOf(url),
    ...(explained.errors === undefined ? {} : { errors: [...explained.errors] }),
  }
}

/** QUEUE_NOT_FOUND → "Queue not found". */
export function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(/\bjson\b/i, 'JSON')
}

/** The path of a request's target, which may be a whole address (RFC 9112 §3.2.2); at most 256 characters. */
export function pathOf(url: string): string {
  return url
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
    .split('?', 1)[0]!
    .slice(0, 256)
}
