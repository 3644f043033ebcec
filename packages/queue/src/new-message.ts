import { MillraceError } from '@millrace/connection'
import { nearest, refuseUnknown, requireNumber, requireObject, requireText, shown } from './check.ts'
import { requireDedupe } from './dedupe.ts'
import type { IdSource } from './id-source.ts'
import { levels } from './message.ts'
import type { Level, MessageOptions } from './message.ts'
import type { EnqueueOptions } from './options.ts'
import type { NewMessage } from './store/store.ts'

/** Ten years of 365.25 days, ms: nothing is scheduled further ahead. */
export const maxAheadMs = 3652.5 * 86_400_000

const fields: ReadonlySet<string> = new Set([
  'priority',
  'delayMs',
  'scheduledFor',
  'id',
  'dedupe',
  'name',
  'maxRetries',
  'retryDelay',
  'timeoutMs',
  'tags',
] satisfies (keyof EnqueueOptions)[])
const levelNames: ReadonlySet<string> = new Set(levels)
const explicitId = /^[!-~]{1,128}$/

/** What making a message needs to know of its queue. */
export interface MessageMould {
  readonly ids: IdSource
}

/**
 * Checks the options of one message and makes what the store is given. Nothing is sent.
 *
 * @param payload JSON text
 * @throws PRIORITY_INVALID, DELAY_INVALID, SCHEDULE_INVALID, ID_INVALID, OPTION_INVALID
 */
export function newMessage(payload: string, options: EnqueueOptions | undefined, mould: MessageMould): NewMessage {
  if (options === undefined) {
    return { id: mould.ids.next(), explicit: false, level: 'normal', delayMs: 0, scheduledForMs: null, options: undefined, payload }
  }
  requireObject('enqueue', options)
  refuseUnknown('enqueue', options, fields)
  const explicit = options.id !== undefined
  if (explicit && options.dedupe !== undefined) {
    throw new MillraceError('OPTION_INVALID', 'enqueue: give `id` or `dedupe`, not both: an id is taken once already')
  }
  return {
    level: options.priority === undefined ? 'normal' : requireLevel(options.priority),
    delayMs: delayOf(options),
    scheduledForMs: options.scheduledFor === undefined ? null : scheduleOf(options.scheduledFor),
    options: keptOptions(options),
    payload,
    explicit,
    ...(options.dedupe !== undefined && { dedupe: requireDedupe(options.dedupe) }),
    id: explicit ? requireId(options.id) : mould.ids.next(),
  }
}

/** @throws PRIORITY_INVALID */
function requireLevel(priority: unknown): Level {
  if (typeof priority === 'string' && levelNames.has(priority)) return priority as Level
  const meant = typeof priority === 'string' ? nearest(priority, levels) : undefined
  const hint = meant === undefined ? '' : `; did you mean '${meant}'?`
  throw new MillraceError('PRIORITY_INVALID', `enqueue: \`priority\` must be ${levels.join(', ')}, got ${shown(priority)}${hint}`)
}

/** @throws ID_INVALID unless `id` is 1 to 128 printable ASCII characters without space */
export function requireId(id: unknown): string {
  if (typeof id === 'string' && explicitId.test(id)) return id
  throw new MillraceError('ID_INVALID', `\`id\` must be 1 to 128 printable ASCII characters without space, got ${shown(id)}`)
}

function delayOf(options: EnqueueOptions): number {
  if (options.delayMs === undefined) return 0
  if (options.scheduledFor !== undefined) {
    throw new MillraceError('SCHEDULE_INVALID', 'enqueue: give `delayMs` or `scheduledFor`, not both')
  }
  return Math.ceil(requireNumber('enqueue', 'delayMs', options.delayMs, { min: 0, max: maxAheadMs }, 'DELAY_INVALID'))
}

function scheduleOf(scheduledFor: unknown): number {
  const ms = scheduledFor instanceof Date ? scheduledFor.getTime() : scheduledFor
  if (typeof ms !== 'number' || !Number.isFinite(ms)) {
    const hint = typeof scheduledFor === 'string' ? '; give new Date(text)' : ''
    throw new MillraceError(
      'SCHEDULE_INVALID',
      `enqueue: \`scheduledFor\` must be a Date or ms since 1970, got ${shown(scheduledFor)}${hint}`,
    )
  }
  if (ms > Date.now() + maxAheadMs) {
    throw new MillraceError(
      'SCHEDULE_INVALID',
      `enqueue: \`scheduledFor\` is ${shown(scheduledFor)}; at most 10 years ahead are allowed (a number is ms since 1970)`,
    )
  }
  return Math.max(0, Math.ceil(ms))
}

/** What travels with the message; undefined when nothing was chosen, the common case. */
function keptOptions(options: EnqueueOptions): MessageOptions | undefined {
  const { name, maxRetries, retryDelay, timeoutMs, tags } = options
  if (name === undefined && maxRetries === undefined && retryDelay === undefined && timeoutMs === undefined && tags === undefined) {
    return undefined
  }
  return {
    ...(name !== undefined && { name: requireText('enqueue', 'name', name, 128) }),
    ...(maxRetries !== undefined && { maxRetries: requireNumber('enqueue', 'maxRetries', maxRetries, { min: 1, max: 1000, whole: true }) }),
    ...(retryDelay !== undefined && { retryDelay: requireNumber('enqueue', 'retryDelay', retryDelay, { min: 0, max: 86_400 }) }),
    ...(timeoutMs !== undefined && { timeoutMs: requireNumber('enqueue', 'timeoutMs', timeoutMs, { min: 1, max: 86_400_000 }) }),
    ...(tags !== undefined && { tags: requireTags(tags) }),
  }
}

function requireTags(tags: unknown): readonly string[] {
  if (!Array.isArray(tags) || tags.length > 10) {
    throw new MillraceError('OPTION_INVALID', `enqueue: \`tags\` must be an array of at most 10 texts, got ${shown(tags)}`)
  }
  return tags.map((tag, index) => requireText('enqueue', `tags[${index}]`, tag, 64))
}
