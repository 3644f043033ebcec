import { isMillraceError, MillraceError } from '@millrace/connection'
import type { Body, EnqueueAnswer, EnqueueResults, NewMessage } from '@millrace/contract'
import type { EnqueueItem, ItemOutcome, Queue } from '@millrace/queue'
import { explain } from '../errors/problem.ts'
import { defineHandlers } from '../http/handler.ts'
import type { Call } from '../http/handler.ts'
import type { QueueDirectory } from './queue-directory.ts'
import { scheduledAt } from './scheduled-for.ts'

/** Largest body of one message, bytes; a bulk may have what its row allows. */
const singleBodyBytes = 1024 * 1024
const longestId = 128

/** Enqueue over HTTP. */
export function messageHandlers(directory: QueueDirectory) {
  return defineHandlers({
    enqueue: async (call) => {
      if (!isBulk(call.body) && call.bodyBytes > singleBodyBytes) throw tooLarge(call.bodyBytes)
      return enqueue(await directory.queue(call.params.queueName), call)
    },
  })
}

async function enqueue(queue: Queue, call: Call<'enqueue'>): Promise<EnqueueAnswer> {
  const { body, headers } = call
  const key = headers['idempotency-key']
  if (isBulk(body)) return { results: await enqueueMany(queue, bulkItems(body.messages, key), call) }
  if (key !== undefined && body.id !== undefined && body.id !== key) {
    throw new MillraceError('REQUEST_INVALID', 'body.id and the header Idempotency-Key differ; give one of them.')
  }
  const { payload, ...options } = itemOf(body, key)
  return queue.enqueue(payload, options)
}

async function enqueueMany(queue: Queue, items: readonly EnqueueItem[], call: Call<'enqueue'>): Promise<EnqueueResults['results']> {
  try {
    return await queue.enqueueMany(items)
  } catch (error) {
    const outcomes = isMillraceError(error) ? (error.details['outcomes'] as readonly ItemOutcome[] | undefined) : undefined
    if (!isMillraceError(error) || outcomes === undefined) throw error
    const ids = error.details['ids'] as readonly string[]
    const conflicts = isMillraceError(error, 'ID_CONFLICT')
    // Nothing was done for any of them: that is the answer to the whole request.
    if (!conflicts && outcomes.every((outcome) => outcome === 'refused' || outcome === 'unknown')) throw error
    call.log.warn({ err: error }, 'a bulk was stored in part')
    return outcomes.map((outcome, index) => resultOf(outcome, ids[index] as string, error, call.requestId))
  }
}

function resultOf(outcome: ItemOutcome, id: string, error: MillraceError, requestId: string): EnqueueResults['results'][number] {
  if (outcome === 'added' || outcome === 'duplicate') return { id, status: outcome }
  const reason =
    outcome === 'conflict' ? new MillraceError('ID_CONFLICT', `The id ${id} is taken by a message with another payload.`) : error
  const { code, row, detail } = explain(reason, requestId)
  return { id, error: { code, status: row.status, detail } }
}

/** Under an Idempotency-Key each message of a bulk without an id of its own has the key and its place as id. */
function bulkItems(messages: readonly NewMessage[], key: string | undefined): EnqueueItem[] {
  const longest = longestId - `:${messages.length - 1}`.length
  if (key !== undefined && key.length > longest) {
    throw new MillraceError(
      'REQUEST_INVALID',
      `The header Idempotency-Key has ${key.length} characters; for ${messages.length} messages it may have ${longest}.`,
    )
  }
  return messages.map((message, index) => itemOf(message, key === undefined ? undefined : `${key}:${index}`))
}

function itemOf(message: NewMessage, key: string | undefined): EnqueueItem {
  const { scheduledFor, ...rest } = message
  const id = message.id ?? key
  return {
    ...rest,
    ...(scheduledFor === undefined ? {} : { scheduledFor: scheduledAt(scheduledFor) }),
    ...(id === undefined ? {} : { id }),
  }
}

function isBulk(body: Body<'enqueue'>): body is { messages: NewMessage[] } {
  return 'messages' in body
}

function tooLarge(bodyBytes: number): MillraceError {
  return new MillraceError(
    'BODY_TOO_LARGE',
    `The body has ${bodyBytes} bytes; one message may have 1 MiB, a bulk ({ messages: […] }) 8 MiB.`,
  )
}
