import { MillraceError } from '@millrace/connection'
import { refuseUnknown, requireNumber, requireObject, shown } from './check.ts'
import { levels, states } from './message.ts'
import { maxAheadMs, requireId } from './new-message.ts'
import { maxMessagesPerCall } from './store/store.ts'
import type { MessageQuery } from './store/store.ts'

/** How dead messages come back. */
export interface RedriveOptions<Payload = unknown> {
  /** ms from now, by the store's clock; 0…10 years. @defaultValue 0 */
  readonly delayMs?: number
  /** Replaces what the message carried, checked as in `enqueue`; goes with exactly one id. */
  readonly payload?: Payload
  /** Messages that a redrive scheduled are dead again; goes alone. */
  readonly undo?: boolean
}

const chosenNames: ReadonlySet<string> = new Set(['ids', 'limit'])
const redriveNames: ReadonlySet<string> = new Set(['delayMs', 'payload', 'undo'] satisfies (keyof RedriveOptions)[])
const queryNames: ReadonlySet<string> = new Set(['state', 'level', 'term', 'cursor', 'limit'] satisfies (keyof MessageQuery)[])

/**
 * A name that is misspelt, or a value that is missing, must never widen a choice to everything.
 *
 * @returns the ids, or how many at most
 * @throws OPTION_INVALID, ID_INVALID
 */
export function requireChosen(where: string, chosen: unknown): { readonly ids: readonly string[] } | { readonly limit: number } {
  const given = requireObject(where, chosen) as { readonly ids?: unknown; readonly limit?: unknown }
  refuseUnknown(where, given, chosenNames)
  if ('ids' in given && 'limit' in given) throw invalid(`${where}: give \`ids\` or \`limit\`, not both`)
  if ('ids' in given) {
    if (Array.isArray(given.ids)) return { ids: given.ids.map(requireId) }
    throw invalid(`${where}: \`ids\` must be an array of ids, got ${shown(given.ids)}; leave it out to mean all`)
  }
  if (!('limit' in given)) return { limit: Number.POSITIVE_INFINITY }
  return { limit: requireNumber(where, 'limit', given.limit, { min: 0, max: 1_000_000_000, whole: true }) }
}

/** @throws OPTION_INVALID */
export function requireRedriveOptions<Payload>(options: RedriveOptions<Payload>): RedriveOptions<Payload> {
  requireObject('redrive', options)
  refuseUnknown('redrive', options, redriveNames)
  const { delayMs, payload, undo } = options
  if (delayMs !== undefined) requireNumber('redrive', 'delayMs', delayMs, { min: 0, max: maxAheadMs })
  if (undo !== undefined && typeof undo !== 'boolean') throw invalid(`redrive: \`undo\` must be true or false, got ${shown(undo)}`)
  if (undo === true && (delayMs !== undefined || payload !== undefined)) {
    throw invalid('redrive: `undo` goes alone; leave out `delayMs` and `payload`')
  }
  return options
}

/** All but the cursor, which only the store that gave it can read. @throws OPTION_INVALID */
export function requireQuery(query: unknown): MessageQuery {
  const given = requireObject('messages', query) as MessageQuery
  refuseUnknown('messages', given, queryNames)
  const { state, level, term, cursor, limit } = given
  if (!states.includes(state)) throw invalid(`messages: \`state\` must be ${states.join(', ')}, got ${shown(state)}`)
  if (level !== undefined && !levels.includes(level)) throw invalid(`messages: \`level\` must be ${levels.join(', ')}, got ${shown(level)}`)
  if (term !== undefined && (typeof term !== 'string' || term === '')) {
    throw invalid(`messages: \`term\` must be name:…, tag:… or error:…, got ${shown(term)}`)
  }
  if (term !== undefined && state !== 'dead') throw invalid(`messages: \`term\` finds dead messages only, and \`state\` is ${state}`)
  if (cursor !== undefined && typeof cursor !== 'string') throw invalid(`messages: \`cursor\` must be a text, got ${shown(cursor)}`)
  requireNumber('messages', 'limit', limit, { min: 1, max: maxMessagesPerCall, whole: true })
  return given
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', message)
}
