import { levels } from '../../message.ts'
import type { Level, MessageOptions } from '../../message.ts'
import type { ClaimAnswer, ClaimCall, ClaimedMessage, EnqueueFrame, EnqueueStatus, Outcome } from '../store.ts'
import type { ClaimProcedureAnswer, ClaimProcedureCall } from './procedures/claim.ts'
import type { EnqueueCall } from './procedures/enqueue.ts'

const statuses: Readonly<Record<string, EnqueueStatus>> = { a: 'added', d: 'duplicate', c: 'conflict' }
const outcomes: Readonly<Record<string, Outcome>> = { d: 'done', r: 'replayed', s: 'stale' }

export function encodeFrame(queue: string, frame: EnqueueFrame): EnqueueCall {
  const { messages, ...rest } = frame
  return {
    queue,
    ...rest,
    ids: messages.map(({ id }) => id),
    levels: messages.map(({ level }) => levels.indexOf(level)),
    payloads: messages.map(({ payload }) => payload),
    options: messages.map(({ options }) => (options === undefined ? '' : JSON.stringify(options))),
    special: messages.flatMap(({ explicit, delayMs, scheduledForMs, dedupe }, index) =>
      explicit || delayMs > 0 || scheduledForMs !== null || dedupe
        ? [{ index, explicit, delayMs, scheduledForMs, dedupe: dedupe ?? null }]
        : [],
    ),
  }
}

/** A letter a message, and behind a space each the holders of the keys that were held. */
export function decodeStatuses(answer: string): EnqueueStatus[] {
  const [letters = '', ...holders] = answer.split(' ')
  return Array.from(letters, (letter): EnqueueStatus => {
    if (letter === 'k' || letter === 'r') return { owner: holders.shift() ?? '', replaced: letter === 'r' }
    return statuses[letter] ?? 'added'
  })
}

export function encodeClaim(queue: string, call: ClaimCall): ClaimProcedureCall {
  const { results, ...rest } = call
  return {
    queue,
    ...rest,
    ids: results.map(({ id }) => id),
    nonces: results.map(({ nonce }) => nonce),
    results: results.map((result) => (result.kind === 'done' && result.value === undefined ? null : result)),
  }
}

export function decodeClaim(answer: ClaimProcedureAnswer): ClaimAnswer {
  const { messages: columns } = answer
  return {
    ...answer,
    outcomes: Array.from(answer.outcomes, (letter) => outcomes[letter] ?? 'stale'),
    messages: columns.ids.map((id, index): ClaimedMessage => {
      const options = columns.options[index]
      return {
        id,
        level: levels[columns.levels[index] as number] as Level,
        options: options === null || options === undefined ? undefined : (JSON.parse(options) as MessageOptions),
        payload: columns.payloads[index] as string,
        createdAtMs: columns.createdAtMs[index] as number,
        scheduledForMs: columns.scheduledForMs[index] as number | null,
        readyAtMs: columns.readyAtMs[index] as number,
        retries: columns.retries[index] as number,
        crashes: columns.crashes[index] as number,
        alone: columns.alone[index] as boolean,
        fence: columns.fences[index] as number,
      }
    }),
  }
}
