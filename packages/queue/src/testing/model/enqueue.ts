import { MillraceError } from '@millrace/connection'
import { levels } from '../../message.ts'
import type { EnqueueFrame, EnqueueStatus, NewMessage } from '../../store/store.ts'
import { wakeForDue, wakeOne } from './signals.ts'
import { hold, holderOf, nextScore, remark } from './state.ts'
import type { Entry, ModelState, Place } from './state.ts'

const hourUs = 3_600_000_000

export function enqueue(state: ModelState, frame: EnqueueFrame, nowUs: number): readonly EnqueueStatus[] {
  const known = state.producers.get(frame.producer)
  const producer =
    known && known.seenAt >= nowUs - hourUs ? known : { floor: 0, seenAt: nowUs, answers: new Map<number, EnqueueStatus[]>() }
  const before = producer.answers.get(frame.number)
  if (before) {
    producer.seenAt = nowUs
    return before
  }
  if (frame.number < producer.floor) throw new MillraceError('CALL_OUTDATED', `frame ${frame.number} was answered before; nothing changed`)

  const { statuses, messages, changes } = decideKeys(state, frame.messages, decide(state, frame.messages), nowUs)
  const added = messages.filter((_, index) => statuses[index] === 'added')
  const waiting = [...state.entries.values()].filter((entry) => ['ready', 'scheduled', 'suspect'].includes(entry.place.at)).length
  if (frame.maxLength > 0 && waiting + added.length > frame.maxLength) {
    throw new MillraceError('QUEUE_FULL', `the queue holds ${waiting} of at most ${frame.maxLength} messages; nothing was stored`)
  }

  remark(state, nowUs)
  const dueTimes = store(state, added, nowUs)
  const moved = [...changes].flatMap(([id, later]) => change(state.entries.get(id) as Entry, later, nowUs))
  state.totals.enqueued += added.length
  for (const message of added) if (message.explicit) state.explicit.set(message.id, { payload: message.payload, at: nowUs })
  producer.seenAt = nowUs
  producer.floor = Math.max(producer.floor, frame.lowestUnanswered)
  producer.answers.set(frame.number, statuses)
  for (const number of producer.answers.keys()) if (number < producer.floor) producer.answers.delete(number)
  state.producers.set(frame.producer, producer)

  if (!frame.wakeNobody) {
    if (dueTimes.length < added.length) wakeOne(state)
    if (dueTimes.length + moved.length > 0) wakeForDue(state, Math.min(...dueTimes, ...moved))
  }
  return statuses
}

/** When a message is due, µs. */
function dueOf(message: NewMessage, nowUs: number): number {
  return message.scheduledForMs === null ? nowUs + message.delayMs * 1000 : message.scheduledForMs * 1000
}

/** `later` as it is merged into the message that holds its key: only a due time in the future is taken over. */
function merged(holder: NewMessage, later: NewMessage, nowUs: number): NewMessage {
  const { payload, options, delayMs, scheduledForMs } = later
  return { ...holder, payload, options, ...(dueOf(later, nowUs) > nowUs ? { delayMs, scheduledForMs } : {}) }
}

/** Which dedupe keys are held, message by message, and what their holders take over. */
function decideKeys(state: ModelState, given: readonly NewMessage[], before: readonly EnqueueStatus[], nowUs: number) {
  const messages = [...given]
  const taken = new Map<string, number>()
  const changes = new Map<string, NewMessage>()
  const statuses = before.map((status, index): EnqueueStatus => {
    const message = messages[index] as NewMessage
    if (!message.dedupe) return status
    const { key, replace } = message.dedupe
    const mine = taken.get(key)
    const owner = mine === undefined ? holderOf(state, key, nowUs) : messages[mine]?.id
    if (owner === undefined) {
      taken.set(key, index)
      return 'added'
    }
    const place = state.entries.get(owner)?.place.at
    const replaced = replace && (mine !== undefined || place === 'ready' || place === 'scheduled')
    if (replaced && mine !== undefined) messages[mine] = merged(messages[mine] as NewMessage, message, nowUs)
    else if (replaced) changes.set(owner, merged(changes.get(owner) ?? { ...message, delayMs: 0, scheduledForMs: null }, message, nowUs))
    return { owner, replaced }
  })
  return { statuses, messages, changes }
}

/** The holder takes over what a later message brought; answers its new due time, if it has one. */
function change(entry: Entry, later: NewMessage, nowUs: number): number[] {
  entry.payload = later.payload
  entry.options = later.options
  const due = dueOf(later, nowUs)
  if (due <= nowUs) return []
  const mark = entry.place.at === 'scheduled' ? entry.place.mark : undefined
  entry.place = { at: 'scheduled', score: due, ...(mark && { mark }) }
  entry.scheduledForMs = Math.floor(due / 1000)
  return [due]
}

/** Which explicit ids are taken, and by an equal payload or another. */
function decide(state: ModelState, messages: readonly NewMessage[]): EnqueueStatus[] {
  const inFrame = new Map<string, string>()
  return messages.map((message) => {
    if (!message.explicit) return 'added'
    const taken = state.explicit.get(message.id)?.payload ?? state.entries.get(message.id)?.payload ?? inFrame.get(message.id)
    if (taken !== undefined) return taken === message.payload ? 'duplicate' : 'conflict'
    inFrame.set(message.id, message.payload)
    return 'added'
  })
}

/** Puts each message at its place; answers the due times of those that must wait for one. */
function store(state: ModelState, added: readonly NewMessage[], nowUs: number): number[] {
  const due = (message: NewMessage) => dueOf(message, nowUs)
  const dueNow = added.filter((message) => due(message) <= nowUs)
  const scheduled = added.filter((message) => due(message) > nowUs)

  for (const level of levels) {
    const generated = dueNow.filter((message) => message.level === level && !message.explicit)
    if (generated.length > 0) {
      const score = nextScore(state, level, nowUs)
      for (const message of generated) keep(state, message, { at: 'ready', score }, nowUs)
    }
    for (const message of dueNow) {
      if (message.level === level && message.explicit) keep(state, message, { at: 'ready', score: nextScore(state, level, nowUs) }, nowUs)
    }
  }
  for (const message of scheduled) keep(state, message, { at: 'scheduled', score: due(message) }, nowUs)
  return scheduled.map(due)
}

function keep(state: ModelState, message: NewMessage, place: Place, nowUs: number): void {
  const entry: Entry = {
    id: message.id,
    level: message.level,
    options: message.options,
    createdAtMs: Math.floor(nowUs / 1000),
    scheduledForMs: place.at === 'scheduled' ? Math.floor(place.score / 1000) : null,
    payload: message.payload,
    dedupe: message.dedupe,
    place,
    retries: 0,
    crashes: 0,
    aloneCrashes: 0,
    attempts: [],
    value: null,
    progress: null,
    log: [],
  }
  state.entries.set(entry.id, entry)
  hold(state, entry, nowUs)
}
