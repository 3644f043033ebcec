import { MillraceError } from '@millrace/connection'
import { shown } from './check.ts'
import type { EnqueueStatus } from './store/store.ts'

/**
 * What became of one message: `added`; or `duplicate`, when an equal message with this id was taken before, or when another message holds
 * its dedupe key.
 */
export interface Enqueued {
  /** Of a duplicate by key, the id of the message that holds the key. */
  readonly id: string
  readonly status: 'added' | 'duplicate'
  /** A duplicate by key, asked to `replace`, whose holder waited: it carries this payload now. */
  readonly replaced?: true
}

/** What became of one of many when not all went well. `refused` and `conflict` were not stored; `unknown` may have been. */
export type ItemOutcome = 'added' | 'duplicate' | 'unknown' | 'conflict' | 'refused'

/** A store's answer, as a producer sees it. @throws ID_CONFLICT */
export function enqueued(queue: string, id: string, status: EnqueueStatus): Enqueued {
  if (status === 'conflict') throw conflict(queue, id)
  if (typeof status === 'string') return { id, status }
  return { id: status.owner, status: 'duplicate', ...(status.replaced && { replaced: true }) }
}

export function conflict(queue: string, id: string): MillraceError {
  return new MillraceError(
    'ID_CONFLICT',
    `the queue '${queue}' has taken the id ${shown(id)} with another payload; give a new id or the same payload`,
    {
      details: { id },
    },
  )
}

/** The same error, of one item of many. */
export function atIndex(error: unknown, index: number): unknown {
  if (!(error instanceof MillraceError)) return error
  return new MillraceError(error.code, `items[${index}]: ${error.message}`, { cause: error.cause, details: { ...error.details, index } })
}

/** The error of a bulk of which some were stored, with what became of each. */
export function withOutcomes(
  error: unknown,
  statuses: readonly (EnqueueStatus | 'unknown' | 'refused')[],
  given: readonly string[],
): unknown {
  if (!(error instanceof MillraceError)) return error
  const outcomes = statuses.map((status): ItemOutcome => (typeof status === 'string' ? status : 'duplicate'))
  const ids = given.map((id, index) => {
    const status = statuses[index]
    return typeof status === 'object' ? status.owner : id
  })
  const stored = outcomes.filter((outcome) => outcome === 'added' || outcome === 'duplicate').length
  return new MillraceError(error.code, `enqueueMany: ${stored} of ${ids.length} messages are stored; ${error.message}`, {
    cause: error,
    details: { ...error.details, outcomes, ids },
  })
}
