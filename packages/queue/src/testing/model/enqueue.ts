import { MillraceError } from '@millrace/connection'
import { levels } from '../../message.ts'
import type { EnqueueFrame, EnqueueStatus, NewMessage } from '../../store/store.ts'
import { wakeForDue, wakeOne } from './signals.ts'
import { nextScore, remark } from './state.ts'
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

  const statuses = decide(state, frame.messages)
  const added = frame.messages.filter((_, index) => statuses[index] === 'added')
  const waiting = [...state.entries.values()].filter((entry) => ['ready', 'scheduled', 'suspect'].includes(entry.place.at)).length
  if (frame.maxLength > 0 && waiting + added.length > frame.maxLength) {
    throw new MillraceError('QUEUE_FULL', `the queue holds ${waiting} of at most ${frame.maxLength} messages; nothing was stored`)
  }

  remark(state, nowUs)
  const dueTimes = store(state, added, nowUs)
  state.totals.enqueued += added.length
  for (const message of added) if (message.explicit) state.explicit.set(message.id, { payload: message.payload, at: nowUs })
  producer.seenAt = nowUs
  producer.floor = Math.max(producer.floor, frame.lowestUnanswered)
  producer.answers.set(frame.number, statuses)
  for (const number of producer.answers.keys()) if (number < producer.floor) producer.answers.delete(number)
  state.producers.set(frame.producer, producer)

  if (added.length > 0 && !frame.wakeNobody) {
    if (dueTimes.length < added.length) wakeOne(state)
    if (dueTimes.length > 0) wakeForDue(state, Math.min(...dueTimes))
  }
  return statuses
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
  const due = (message: NewMessage) => (message.scheduledForMs === null ? nowUs + message.delayMs * 1000 : message.scheduledForMs * 1000)
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
}
