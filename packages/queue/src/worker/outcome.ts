import { createHash } from 'node:crypto'
import { MillraceError } from '@millrace/connection'
import { backoffMs } from '../policy/backoff.ts'
import type { RetryRule } from '../policy/backoff.ts'
import { keptBytes } from '../policy/retention.ts'
import type { AttemptRecord, Result } from '../store/store.ts'
import { isBury, isRetry } from '../verdict.ts'
import { cut } from './attempt.ts'
import type { Attempt, Verdict } from './attempt.ts'

/** When and where an attempt ran. */
export interface Ran {
  readonly worker: string
  /** By the store's clock, ms since 1970. */
  readonly startedAtMs: number
  readonly runMs: number
}

/** What the store is told of an attempt. A return value that cannot be kept is reported to `onError`; the message is done all the same. */
export function resultOf(attempt: Attempt, verdict: Verdict, rule: RetryRule, ran: Ran, onError: (error: unknown) => void): Result {
  const { claim, nonce } = attempt
  if (verdict.kind === 'failed') return failureOf(attempt, verdict.error, rule, ran)
  if (verdict.value === undefined) return { id: claim.id, nonce, kind: 'done' }
  const value = encodeValue(claim.id, verdict.value, onError)
  return value === undefined ? { id: claim.id, nonce, kind: 'done' } : { id: claim.id, nonce, kind: 'done', value }
}

function encodeValue(id: string, value: unknown, onError: (error: unknown) => void): string | undefined {
  let why: string
  let cause: unknown
  try {
    const text = JSON.stringify(value) as string | undefined
    if (text === undefined) return undefined
    const bytes = Buffer.byteLength(text)
    if (bytes <= keptBytes.value) return text
    why = `has ${bytes.toLocaleString('en-US')} bytes of JSON, at most ${keptBytes.value.toLocaleString('en-US')} are kept`
  } catch (error) {
    cause = error
    why = 'is not JSON'
  }
  onError(
    new MillraceError('VALUE_DROPPED', `the value returned for message ${id} ${why}; store it elsewhere and return a reference`, { cause }),
  )
  return undefined
}

/**
 * What the store is told of a failed attempt: `Bury` makes the message dead at once; otherwise the queue's rule decides, with the
 * message's own maxRetries and retryDelay before it, and `Retry` chooses the delay. Pure.
 */
export function failureOf(attempt: Attempt, thrown: unknown, rule: RetryRule, ran: Ran): Extract<Result, { kind: 'failed' | 'dead' }> {
  const { claim, nonce } = attempt
  const error = legible(thrown)
  const described = describe(error)
  const record = recordOf(attempt.number, described, ran)
  const own = claim.options
  const backoff = backoffMs(claim.retries + 1, {
    maxRetries: own?.maxRetries ?? rule.maxRetries,
    retryDelay: own?.retryDelay ?? rule.retryDelay,
    retryJitter: rule.retryJitter,
  })
  if (backoff === undefined || isBury(error)) {
    const reason = isBury(error) ? described.message : `${described.name}: ${described.message}`
    return { id: claim.id, nonce, kind: 'dead', reason: cut(reason, keptBytes.reason), attempt: record, terms: termsOf(attempt, described) }
  }
  const delayMs = isRetry(error) && error.delayMs !== undefined ? Math.ceil(error.delayMs) : backoff
  return { id: claim.id, nonce, kind: 'failed', delayMs, attempt: record }
}

/** By what a dead message is found: its name, its tags, and what kind of error ended it. */
function termsOf(attempt: Attempt, error: AttemptRecord['error']): string[] {
  const { options } = attempt.claim
  const tags = options?.tags ?? []
  return [`name:${options?.name ?? 'default'}`, ...tags.map((tag) => `tag:${tag}`), `error:${fingerprintOf(error)}`]
}

/**
 * Twelve hex digits that are equal for errors of one kind: of the name and the first line of the message, in which numbers, ids,
 * addresses and quoted texts count as equal, so that "no user 17" and "no user 18" are one kind.
 */
export function fingerprintOf(error: { readonly name: string; readonly message: string }): string {
  const line = error.message.split('\n', 1)[0] ?? ''
  const shape = line
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '"…"')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '#')
    .replace(/\b(?=[0-9a-z_-]*\d)[0-9a-z_-]{8,}\b/gi, '#')
    .replace(/\d+/g, '#')
  return createHash('sha1').update(`${error.name}\n${shape}`).digest('hex').slice(0, 12)
}

/**
 * What was thrown, or an Error in its place where looking at it throws (an object without `toString`, a revoked Proxy, a getter that
 * fails): a handler may throw anything, and what reads it here must not fail.
 */
export function legible(thrown: unknown): unknown {
  try {
    describe(thrown)
    if (isRetry(thrown)) Number(thrown.delayMs)
    else isBury(thrown)
    return thrown
  } catch {
    return new TypeError('what was thrown cannot be turned into text')
  }
}

/** Whatever was thrown and is legible, as name, message and stack; the causes' messages follow the stack. */
export function describe(error: unknown): AttemptRecord['error'] {
  if (!(error instanceof Error)) return { name: 'Thrown', message: cut(textOf(error), 1024) }
  const code = (error as { code?: unknown }).code
  const name = error.name === 'MillraceError' && typeof code === 'string' ? code : error.name
  const causes: string[] = []
  for (let cause = error.cause; cause !== undefined && causes.length < 5; cause = cause instanceof Error ? cause.cause : undefined) {
    causes.push(`\ncaused by ${cause instanceof Error ? `${cause.name}: ${cause.message}` : textOf(cause)}`)
  }
  const stack = error.stack === undefined ? undefined : error.stack + causes.join('')
  return { name: cut(String(name), 128), message: cut(String(error.message), 1024), ...(stack === undefined ? {} : { stack }) }
}

/** An AttemptRecord as JSON of at most 4 KiB: the stack gives way first. */
function recordOf(number: number, error: AttemptRecord['error'], ran: Ran): string {
  const record: AttemptRecord = { attempt: number, worker: ran.worker, startedAtMs: ran.startedAtMs, runMs: ran.runMs, error }
  let text = JSON.stringify(record)
  for (let room = 3072; Buffer.byteLength(text) > keptBytes.attempt && room >= 1; room = Math.floor(room / 2)) {
    const { name, message, stack } = error
    text = JSON.stringify({
      ...record,
      error: {
        name,
        message: cut(message, Math.max(4, Math.min(1024, room))),
        ...(stack === undefined ? {} : { stack: cut(stack, Math.max(4, room)) }),
      },
    })
  }
  return text
}

function textOf(value: unknown): string {
  try {
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  } catch {
    return String(value)
  }
}
