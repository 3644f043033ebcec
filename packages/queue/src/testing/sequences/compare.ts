import { isDeepStrictEqual } from 'node:util'
import { isMillraceError } from '@millrace/connection'
import type { MessageState } from '../../message.ts'
import type { AttemptRecord, ClaimAnswer, Store, StoredMessage } from '../../store/store.ts'

const states: readonly MessageState[] = ['ready', 'scheduled', 'active', 'completed', 'dead']

/** Where `visibleState` has the balance of I1; 0 in any state. */
export const balanceOfI1 = 'I1: ready + scheduled + active + completed + dead + removed - enqueued'

/** What a call came to: its answer, or the code it was refused with. */
export async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    return { answer: await call }
  } catch (error) {
    if (!isMillraceError(error)) throw error
    return { refused: error.code }
  }
}

/** All that can be seen of a queue: its figures, every list, and every message by id. */
export async function visibleState(store: Store, ids: readonly string[]): Promise<Record<string, unknown>> {
  const [stats, settings, lists, byId] = await Promise.all([
    store.inspect.stats(),
    store.inspect.settings(),
    Promise.all(states.map((state) => store.inspect.messages({ state, limit: 250 }))),
    Promise.all(ids.map((id) => store.inspect.message(id))),
  ])
  const { counts, totals } = stats
  const balance = counts.ready + counts.scheduled + counts.active + counts.completed + counts.dead + totals.removed - totals.enqueued
  return {
    [balanceOfI1]: balance,
    stats,
    settings,
    ...Object.fromEntries(states.map((state, index) => [`list of ${state}`, lists[index]?.messages.map(comparable)])),
    ...Object.fromEntries(ids.map((id, index) => [`message ${id}`, byId[index] && comparable(byId[index])])),
  }
}

/** Leaves out what stores may tell each in its own way: the end of completed messages below 0.1 s, and the wording of a crash. */
function comparable(message: StoredMessage): StoredMessage {
  const { atMs, state } = message
  return {
    ...message,
    atMs: state === 'completed' && atMs !== null ? Math.floor(atMs / 100) * 100 : atMs,
    attempts: message.attempts.map((attempt) => (attempt.error.name === 'Crashed' ? crashed(attempt) : attempt)),
  }
}

function crashed(attempt: AttemptRecord): AttemptRecord {
  return { attempt: 0, worker: attempt.worker, startedAtMs: 0, runMs: 0, error: { name: 'Crashed', message: '' } }
}

/** Fences by rule: new ones above all earlier ones of the queue, ascending within an answer. Answers what is wrong, if anything. */
export class FenceCheck {
  #highest = 0

  fault(answer: ClaimAnswer | undefined, replay: boolean): string | undefined {
    if (!answer) return undefined
    let previous = replay ? 0 : this.#highest
    for (const { id, fence } of answer.messages) {
      if (!Number.isSafeInteger(fence) || (!replay && fence <= previous)) return `fence ${fence} of ${id} does not rise above ${previous}`
      previous = fence
    }
    this.#highest = Math.max(this.#highest, ...answer.messages.map((given) => given.fence))
    return undefined
  }
}

/** The answer of a claim, if this is one. */
export function claimAnswer(result: unknown): ClaimAnswer | undefined {
  const { answer } = result as { answer?: unknown }
  return typeof answer === 'object' && answer !== null && 'claimedAtMs' in answer ? (answer as ClaimAnswer) : undefined
}

/** A result without its fences, which have a check of their own. */
export function withoutFences(result: unknown): unknown {
  const answer = claimAnswer(result)
  return answer ? { answer: { ...answer, messages: answer.messages.map((given) => ({ ...given, fence: 0 })) } } : result
}

/** The first difference between two values, as `path: expected … but was …`; undefined when they are equal. */
export function difference(expected: unknown, actual: unknown, path = ''): string | undefined {
  if (isDeepStrictEqual(expected, actual)) return undefined
  const bothObjects = typeof expected === 'object' && typeof actual === 'object' && expected !== null && actual !== null
  if (bothObjects && Array.isArray(expected) === Array.isArray(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const found = difference((expected as Record<string, unknown>)[key], (actual as Record<string, unknown>)[key], `${path}.${key}`)
      if (found !== undefined) return found
    }
  }
  return `${path || 'value'}: expected ${JSON.stringify(expected)} but was ${JSON.stringify(actual)}`
}
