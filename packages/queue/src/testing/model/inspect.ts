import { cursorInvalid } from '../../errors.ts'
import { levels } from '../../message.ts'
import type { LevelCounts, MessagePage, MessageQuery, StoredMessage, StoreStats } from '../../store/store.ts'
import { at, atByLevel } from './state.ts'
import type { Entry, ModelState } from './state.ts'

const newestLooked = 10_000

export function stats(state: ModelState, nowUs: number): StoreStats {
  const scheduled = at(state, 'scheduled')
  const ready = [...at(state, 'ready'), ...at(state, 'suspect'), ...scheduled.filter((entry) => entry.place.score <= nowUs)]
  const notDue = scheduled.filter((entry) => entry.place.score > nowUs)
  const earlier = earlierTotals(state, nowUs)
  const rate = (now: number, then: number) => (now - then) / 60
  const { claimed, ...totals } = state.totals

  return {
    nowMs: Math.floor(nowUs / 1000),
    paused: state.paused,
    counts: {
      ready: ready.length,
      scheduled: notDue.length,
      active: at(state, 'active').length,
      completed: at(state, 'completed').length,
      dead: at(state, 'dead').length,
    },
    levels: levels.map((level): LevelCounts => {
      const scores = ready.filter((entry) => entry.level === level).map((entry) => entry.place.score)
      return {
        level,
        ready: scores.length,
        scheduled: notDue.filter((entry) => entry.level === level).length,
        oldestAgeMs: scores.length === 0 ? null : Math.max(0, Math.floor((nowUs - Math.min(...scores)) / 1000)),
        claimedLastMinute: claimed[level] - earlier.claimed[level],
      }
    }),
    totals,
    perSecond: {
      enqueued: rate(totals.enqueued, earlier.enqueued),
      completed: rate(totals.completed, earlier.completed),
      failed: rate(totals.retried + totals.dead, earlier.retried + earlier.dead),
    },
    workers: [...state.leases.values()].filter(({ deadline }) => deadline > nowUs).length,
    suspects: at(state, 'suspect').length,
  }
}

/** The totals as they were a minute ago, by the oldest mark of the last seven slots; without one, nothing changed since. */
function earlierTotals(state: ModelState, nowUs: number) {
  const from = Math.floor(nowUs / 10_000_000) - 6
  const slot = [...state.marks.keys()].sort((a, b) => a - b).find((mark) => mark >= from)
  return (slot === undefined ? undefined : state.marks.get(slot)) ?? state.totals
}

export function stored(entry: Entry): StoredMessage {
  const { place } = entry
  return {
    id: entry.id,
    state: place.at === 'suspect' ? 'ready' : place.at,
    level: entry.level,
    options: entry.options,
    payload: entry.payload,
    createdAtMs: entry.createdAtMs,
    scheduledForMs: entry.scheduledForMs,
    atMs: atMs(entry),
    retries: entry.retries,
    crashes: entry.crashes,
    worker: place.at === 'active' ? place.worker : null,
    reason: place.at === 'dead' ? place.reason : null,
    value: entry.value,
    progress: entry.progress,
    attempts: entry.attempts,
    log: entry.log,
  }
}

function atMs({ place }: Entry): number | null {
  if (place.at === 'scheduled') return Math.floor(place.score / 1000)
  if (place.at === 'completed') return Math.floor(place.finishedUs / 1000)
  return place.at === 'dead' ? place.diedAtMs : null
}

/** One page; the cursor is the number of messages before it. */
export function messages(state: ModelState, query: MessageQuery): MessagePage {
  const all = inOrder(state, query).filter((entry) => query.level === undefined || entry.level === query.level)
  const { cursor = '0' } = query
  if (!/^\d{1,15}$/.test(cursor)) throw cursorInvalid(query.state)
  const start = Number(cursor)
  const page = all.slice(start, start + query.limit)
  const end = start + page.length
  return {
    messages: page.map(stored),
    ...(end < all.length ? { cursor: String(end) } : {}),
    truncated: query.state === 'completed' && at(state, 'completed').length > newestLooked,
  }
}

function inOrder(state: ModelState, query: MessageQuery): Entry[] {
  const { term } = query
  switch (query.state) {
    case 'ready':
      return [...atByLevel(state, 'ready'), ...at(state, 'suspect')]
    case 'scheduled':
      return atByLevel(state, 'scheduled')
    case 'active':
      return at(state, 'active')
    case 'completed':
      return at(state, 'completed').reverse().slice(0, newestLooked)
    case 'dead': {
      const dead = at(state, 'dead').reverse()
      return term === undefined ? dead : dead.filter((entry) => entry.place.terms.includes(term))
    }
  }
}
