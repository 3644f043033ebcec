import { createHash } from 'node:crypto'
import { MillraceError } from '@millrace/connection'
import type { ProcedureContext } from '@millrace/connection'
import type { DedupeRule } from '../../store.ts'
import { giveKey } from '../dedupe-keys.ts'
import { applyChanges, decideKeys, dueUsOf } from '../enqueue-keys.ts'
import { add, noteScheduled } from '../places.ts'
import { findProducer, nextScore, queueState, remark, sum, touch, touchProducer } from '../queue-state.ts'
import type { QueueState } from '../queue-state.ts'
import { wakeForDue, wakeOne } from '../signals.ts'
export { prepare } from '../schema.ts'

/** An `EnqueueFrame` in columns, which cost less than objects on the way between threads. */
export interface EnqueueCall {
  readonly queue: string
  readonly producer: string
  readonly number: number
  readonly lowestUnanswered: number
  readonly maxLength: number
  readonly wakeNobody: boolean
  readonly ids: readonly string[]
  /** Indexes of levels. */
  readonly levels: readonly number[]
  readonly payloads: readonly string[]
  /** JSON text a message; '' without options. */
  readonly options: readonly string[]
  /** Only of messages that are not both generated and due at once. */
  readonly special: readonly {
    readonly index: number
    readonly explicit: boolean
    readonly delayMs: number
    readonly scheduledForMs: number | null
    readonly dedupe: DedupeRule | null
  }[]
}

const lastNumberKey = 'queue/last-number'
const hourUs = 3_600_000_000

/** Messages that share everything but id and payload: one row each of a single statement. */
interface Batch {
  readonly level: number
  readonly scoreUs: number
  readonly scheduled: boolean
  readonly options: string
  readonly indexes: number[]
}

/** A letter a message: `a` added, `d` duplicate, `c` conflict, `k` its key is held, `r` the same and its holder replaced; then the holders. */
export function run(context: ProcedureContext, given: EnqueueCall): string {
  const state = queueState(context, given.queue)
  const nowUs = context.nowUs()
  const producer = findProducer(context, state, given.producer, hourUs) ?? { lowest: 0, seenAtUs: nowUs, answers: {} }
  const before = producer.answers[given.number]
  if (before !== undefined) {
    producer.seenAtUs = nowUs
    touchProducer(context, state, given.producer, producer)
    return before
  }
  if (given.number < producer.lowest) throw new MillraceError('CALL_OUTDATED', `frame ${given.number} was answered before; nothing changed`)

  const explicit = new Set(given.special.filter((special) => special.explicit).map(({ index }) => index))
  const { call, statuses, holders, takers, changes } = decideKeys(context, state, given, decide(context, state, given, explicit))
  const { counts, totals } = state.figures
  const waiting = sum(counts.ready) + sum(counts.scheduled) + sum(counts.suspects)
  const added = statuses.length - holders.length - explicit.size + [...explicit].filter((index) => statuses[index] === 'a').length
  if (call.maxLength > 0 && waiting + added > call.maxLength) {
    throw new MillraceError('QUEUE_FULL', `the queue holds ${waiting} of at most ${call.maxLength} messages; nothing was stored`)
  }

  touch(context, state)
  remark(state.figures, nowUs)
  const batches = arrange(state, call, statuses, explicit, nowUs)
  for (const batch of batches) store(context, state, call, batch)
  totals.enqueued += added
  for (const index of explicit) if (statuses[index] === 'a') takeId(context, state, call, index)

  for (const { id, rule } of takers) {
    const row = context.database.prepare('SELECT number FROM queue_message WHERE queue = ? AND id = ?').get(state.number, id)
    giveKey(context, state, { id, message: Number(row?.['number']) }, rule)
  }
  const moved = applyChanges(context, state, changes)

  const answer = [statuses, ...holders].join(' ')
  producer.seenAtUs = nowUs
  producer.lowest = Math.max(producer.lowest, call.lowestUnanswered)
  producer.answers[call.number] = answer
  for (const number of Object.keys(producer.answers)) if (Number(number) < producer.lowest) delete producer.answers[number]
  touchProducer(context, state, call.producer, producer)

  if (!call.wakeNobody) {
    if (batches.some((batch) => !batch.scheduled)) wakeOne(context, state)
    const dueTimes = [...batches.filter((batch) => batch.scheduled).map((batch) => batch.scoreUs), ...moved]
    if (dueTimes.length > 0) wakeForDue(context, state, Math.min(...dueTimes))
  }
  return answer
}

/** Which explicit ids are taken, and by an equal payload or another. O(explicit · log n). */
function decide(context: ProcedureContext, state: QueueState, call: EnqueueCall, explicit: ReadonlySet<number>): string {
  const all = 'a'.repeat(call.ids.length)
  if (explicit.size === 0) return all
  const findTaken = context.database.prepare('SELECT digest FROM queue_explicit WHERE queue = ? AND id = ?')
  const findMessage = context.database.prepare('SELECT payload FROM queue_message WHERE queue = ? AND id = ?')
  const inFrame = new Map<string, string>()
  const letters = Array.from(all)
  for (const index of explicit) {
    const id = call.ids[index] as string
    const payload = call.payloads[index] as string
    const taken = findTaken.get(state.number, id)
    let equal: boolean | undefined
    if (taken) equal = taken['digest'] === digestOf(payload)
    else {
      const other = findMessage.get(state.number, id)?.['payload'] ?? inFrame.get(id)
      if (other !== undefined) equal = other === payload
    }
    if (equal === undefined) inFrame.set(id, payload)
    else letters[index] = equal ? 'd' : 'c'
  }
  return letters.join('')
}

/** Gives each message its score; those that share it, their level and their options go together, in the order in which they were given. */
function arrange(state: QueueState, call: EnqueueCall, statuses: string, explicit: ReadonlySet<number>, nowUs: number): Batch[] {
  const batches = new Map<string, Batch>()
  const put = (index: number, scoreUs: number, scheduled: boolean) => {
    const level = call.levels[index] as number
    const options = call.options[index] as string
    const key = `${level} ${scoreUs} ${scheduled ? 's' : 'r'}${options}`
    const batch = batches.get(key)
    if (batch) batch.indexes.push(index)
    else batches.set(key, { level, scoreUs, scheduled, options, indexes: [index] })
  }
  const dueTimes = new Map<number, number>()
  for (const special of call.special) {
    const dueUs = dueUsOf(special, nowUs)
    if (dueUs > nowUs) dueTimes.set(special.index, dueUs)
  }
  const scores: (number | undefined)[] = []
  for (const [index, level] of call.levels.entries()) {
    if (explicit.has(index) || dueTimes.has(index) || statuses[index] !== 'a') continue
    put(index, (scores[level] ??= nextScore(state.figures, level, nowUs)), false)
  }
  for (const index of explicit) {
    if (statuses[index] === 'a' && !dueTimes.has(index)) put(index, nextScore(state.figures, call.levels[index] as number, nowUs), false)
  }
  for (const [index, dueUs] of dueTimes) if (statuses[index] === 'a') put(index, dueUs, true)
  return [...batches.values()]
}

function store(context: ProcedureContext, state: QueueState, call: EnqueueCall, batch: Batch): void {
  const { database } = context
  const { level, scoreUs, scheduled, options, indexes } = batch
  // An object, since json_each gives its names and values as they are; an array of pairs would have to be parsed again, pair by pair.
  let records = ''
  for (const index of indexes) {
    const payload = call.payloads[index] as string
    if (payload.length > state.figures.longest) state.figures.longest = payload.length
  }
  for (const index of indexes)
    records += `${records === '' ? '{' : ','}${JSON.stringify(call.ids[index])}:${JSON.stringify(call.payloads[index])}`
  const last = lastNumber(context)
  database
    .prepare(
      `INSERT INTO queue_message (number, queue, id, level, score, created_at_ms, first_due_ms, retries, crashes, alone_crashes, options, payload)
       SELECT ? + row_number() OVER (), ?, key, ?, ?, ?, ?, 0, 0, 0, ?, value FROM json_each(?)`,
    )
    .run(
      last,
      state.number,
      level,
      scoreUs,
      Math.floor(context.nowUs() / 1_000),
      scheduled ? Math.floor(scoreUs / 1_000) : null,
      options === '' ? null : options,
      `${records}}`,
    )
  const table = scheduled ? 'queue_scheduled' : 'queue_ready'
  database
    .prepare(
      `INSERT INTO ${table} (queue, level, score, id, message) SELECT queue, level, score, id, number FROM queue_message WHERE number > ?`,
    )
    .run(last)
  context.memory.set(lastNumberKey, last + indexes.length)
  if (scheduled) noteScheduled(state, level, indexes.length, scoreUs)
  else add(state.figures.counts.ready, level, indexes.length)
}

/** The number of the newest message of the file; numbers only grow while the file is open. */
function lastNumber({ memory, database }: ProcedureContext): number {
  const known = memory.get(lastNumberKey)
  if (typeof known === 'number') return known
  return Number(database.prepare('SELECT max(number) AS last FROM queue_message').get()?.['last'] ?? 0)
}

function takeId(context: ProcedureContext, state: QueueState, call: EnqueueCall, index: number): void {
  context.database
    .prepare('INSERT INTO queue_explicit (queue, id, digest, taken_at_us) VALUES (?, ?, ?, ?)')
    .run(state.number, call.ids[index] as string, digestOf(call.payloads[index] as string), context.nowUs())
  state.figures.counts.explicit += 1
}

function digestOf(payload: string): string {
  return createHash('sha256').update(payload).digest('base64url')
}
