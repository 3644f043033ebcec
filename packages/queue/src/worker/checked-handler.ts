import type { Message } from '../message.ts'
import type { PayloadSchema } from '../schema/payload-schema.ts'
import { requireOutcomes } from './batch-slots.ts'
import type { BatchContext, BatchHandler, BatchOutcome, Handler } from './handler.ts'
import { describe } from './outcome.ts'

/** Runs `handler` on what the schema makes of the payload; a message that does not fit is buried. */
export function checked(handler: Handler, schema: PayloadSchema): Handler {
  return (message, context) => {
    const read = schema.read(message.payload)
    if (read instanceof Promise) return read.then((payload) => handler(withPayload(message, payload), context))
    return handler(withPayload(message, read), context)
  }
}

/** The same for batches: messages that do not fit are buried, each by itself, and the handler gets the others. */
export function checkedBatch(handler: BatchHandler, schema: PayloadSchema): BatchHandler {
  return (messages, context) => {
    const readings = messages.map((message) => readOne(schema, message))
    const later = readings.some((reading) => reading instanceof Promise)
    if (later)
      return Promise.all(readings.map((reading) => Promise.resolve(reading))).then((read) => runFitting(handler, messages, context, read))
    return runFitting(handler, messages, context, readings as readonly (Error | undefined)[])
  }
}

/** Gives the message its payload; answers why that cannot be. */
function readOne(schema: PayloadSchema, message: Message): (Error | undefined) | Promise<Error | undefined> {
  const take = (payload: unknown) => void withPayload(message, payload)
  try {
    const read = schema.read(message.payload)
    return read instanceof Promise ? read.then(take, errorOf) : take(read)
  } catch (error) {
    return errorOf(error)
  }
}

async function runWithMisfits(
  handler: BatchHandler,
  messages: readonly Message[],
  context: BatchContext,
  misfits: readonly (Error | undefined)[],
): Promise<BatchOutcome[]> {
  const fitting = messages.filter((_, index) => misfits[index] === undefined)
  let outcomes: readonly BatchOutcome[]
  try {
    outcomes = fitting.length === 0 ? [] : requireOutcomes(await handler(fitting, context), fitting.length)
  } catch (error) {
    outcomes = fitting.map(() => errorOf(error))
  }
  let next = 0
  return misfits.map((misfit) => misfit ?? outcomes[next++])
}

function runFitting(
  handler: BatchHandler,
  messages: readonly Message[],
  context: BatchContext,
  misfits: readonly (Error | undefined)[],
): ReturnType<BatchHandler> {
  if (misfits.every((misfit) => misfit === undefined)) return handler(messages, context)
  return runWithMisfits(handler, messages, context, misfits)
}

/** The message object is this attempt's own, and events show it too. */
function withPayload(message: Message, payload: unknown): Message {
  ;(message as { payload: unknown }).payload = payload
  return message
}

/** An outcome must be an Error, and anything may be thrown. */
function errorOf(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  const { name, message } = describe(thrown)
  return Object.assign(new Error(message), { name })
}
