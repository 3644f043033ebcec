/**
 * What a chaos run came to, in the words of the Jepsen family: judged from the ledgers of all processes and the final figures of the
 * store, without knowing who was killed when. Pure.
 */
import type { Entry } from './ledger.ts'
import { isPoison, maxRetries, numberOf, planOf, retryDelayMs, type Plan } from './plan.ts'

/** What the store said of itself when all was over. */
export interface FinalStore {
  /** Messages that are neither completed nor dead. */
  readonly unfinished: number
  readonly enqueued: number
  /** ready + scheduled + active + completed + dead + removed */
  readonly accountedFor: number
  /** Results refused because their claim was no longer current. */
  readonly staleRefused: number
  /** Id → reason of all dead messages. */
  readonly dead: ReadonlyMap<string, string>
  /** Ids the store knows as completed, among those the ledgers leave open. */
  readonly completed: ReadonlySet<string>
}

/** One claim of one message, as its worker saw it. */
interface Attempt {
  readonly fence: number
  readonly startedAt: number
  readonly retries: number
  endedAt?: number
  taken?: string
}

/** All that is known of one message. */
interface Trace {
  intendedAt?: number
  acked: boolean
  unknown: boolean
  added: number
  duplicates: number
  readonly ids: Set<string>
  readonly attempts: Map<number, Attempt>
}

/** Each of these must be 0. */
export interface Faults {
  /** The enqueue resolved, but the message was neither completed nor is it dead. */
  readonly lost: number
  /** Started although nobody enqueued it. */
  readonly unexpected: number
  /** One enqueue made two messages. */
  readonly doubled: number
  /** The store took a result although the message had been claimed anew, or was finished. */
  readonly staleAccepted: number
  /** Started before its time. */
  readonly early: number
  /** Delivered with other bytes than its producer wrote. */
  readonly garbled: number
  /** A message that had to die completed, one that had to complete died of failures, or one failed more often than it may. */
  readonly misjudged: number
  /** Moments at which the figures of the store did not add up (I1), the last one included. */
  readonly unbalanced: number
  /** Counted by the store as enqueued, minus what producers know of. */
  readonly miscounted: number
  /** Neither completed nor dead at the end. */
  readonly unfinished: number
}

/** What the run went through; a rare branch that was not reached proves nothing. */
export interface Reach {
  readonly intended: number
  readonly acked: number
  /** Outcome unknown to the producer, but the message is there. */
  readonly recovered: number
  /** A second enqueue under the same id, answered `duplicate`. */
  readonly duplicatesRefused: number
  readonly starts: number
  /** Starts beyond one a message and one a failed attempt. */
  readonly redelivered: number
  /** Handlers that were cut off: the process ended within. */
  readonly interrupted: number
  /** Handlers that ended after somebody else had started the message, and whose result was refused. */
  readonly lateRefused: number
  readonly staleCounted: number
  readonly retried: number
  readonly dead: number
  readonly deadOfCrashes: number
  readonly balancesChecked: number
}

export interface Verdict {
  readonly faults: Faults
  readonly reach: Reach
  /** A few messages behind each fault, to begin the search with. */
  readonly examples: Readonly<Partial<Record<keyof Faults, readonly string[]>>>
}

/** The clocks of the store and of the ledgers may differ in rate by so much within a run, ms. */
const clockSlackMs = 5

class Tally {
  readonly #keys = new Map<string, string[]>()

  add(fault: keyof Faults, key: string): void {
    const keys = this.#keys.get(fault)
    if (keys) keys.push(key)
    else this.#keys.set(fault, [key])
  }

  count(fault: keyof Faults): number {
    return this.#keys.get(fault)?.length ?? 0
  }

  examples(): Verdict['examples'] {
    return Object.fromEntries([...this.#keys].map(([fault, keys]) => [fault, keys.slice(0, 5)]))
  }
}

/** The messages of a run by key, with each moment at which the store's figures were taken. */
export class Traces {
  readonly byKey = new Map<string, Trace>()
  readonly tally = new Tally()
  balancesChecked = 0

  constructor(entries: Iterable<Entry>) {
    for (const entry of entries) this.#note(entry)
  }

  /** Acknowledged messages whose end no ledger tells: the store must know it. */
  open(): string[] {
    const open: string[] = []
    for (const trace of this.byKey.values()) {
      const [id] = trace.ids
      if (trace.acked && id !== undefined && ![...trace.attempts.values()].some(isFinal)) open.push(id)
    }
    return open
  }

  #trace(key: string): Trace {
    let trace = this.byKey.get(key)
    if (!trace) {
      trace = { acked: false, unknown: false, added: 0, duplicates: 0, ids: new Set(), attempts: new Map() }
      this.byKey.set(key, trace)
    }
    return trace
  }

  #note({ at, event, key, details: [first = '', second = '', third = ''] }: Entry): void {
    if (event === 'BALANCE') {
      this.balancesChecked += 1
      if (first !== second) this.tally.add('unbalanced', `${first} enqueued, ${second} accounted for`)
      return
    }
    const trace = this.#trace(key)
    if (event === 'INTENT') trace.intendedAt = Math.min(trace.intendedAt ?? at, at)
    else if (event === 'UNKNOWN') trace.unknown = true
    else if (event === 'GARBLED') this.tally.add('garbled', key)
    else if (event === 'ACKED') {
      trace.acked = true
      trace.ids.add(first)
      if (second === 'added') trace.added += 1
      else trace.duplicates += 1
    } else if (event === 'START') {
      trace.ids.add(third)
      trace.attempts.set(Number(first), { fence: Number(first), startedAt: at, retries: Number(second) })
    } else {
      const attempt = trace.attempts.get(Number(first))
      if (!attempt) throw new Error(`${event} of ${key} without a start under fence ${first}`)
      if (event === 'END') attempt.endedAt = at
      else attempt.taken = second
    }
  }
}

function isFinal(attempt: Attempt): boolean {
  return attempt.taken === 'completed' || attempt.taken === 'dead'
}

/** The claims of a message in their order, and those whose result was taken although it was too late. */
function staleOnes(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter((attempt, index) => {
    if (attempt.taken === undefined) return false
    const later = attempts.slice(index + 1)
    if (isFinal(attempt)) return later.length > 0
    return later.some((next) => next.startedAt < (attempt.endedAt ?? 0))
  })
}

/** Before its first due time, or before the delay after a failed attempt had passed. */
function isEarly(intendedAt: number, plan: Plan, attempts: readonly Attempt[]): boolean {
  const before = (attempt: Attempt, since: number, delayMs: number) => attempt.startedAt < since + (delayMs - clockSlackMs) * 1000
  return attempts.some((attempt, index) => {
    if (before(attempt, intendedAt, plan.delayMs)) return true
    const last = attempts[index - 1]
    return last?.taken === 'retrying' && before(attempt, last.endedAt ?? 0, retryDelayMs * 2 ** last.retries)
  })
}

export function judge(seed: number, traces: Traces, store: FinalStore): Verdict {
  const { byKey, tally, balancesChecked } = traces
  const reach = { acked: 0, recovered: 0, duplicatesRefused: 0, starts: 0, redelivered: 0, interrupted: 0, lateRefused: 0, retried: 0 }
  let known = 0
  let perhaps = 0

  for (const [key, trace] of byKey) {
    const plan = planOf(seed, numberOf(key))
    const attempts = [...trace.attempts.values()].sort((a, b) => a.fence - b.fence)
    const [id = ''] = trace.ids
    const reason = store.dead.get(id)
    const completed = attempts.some((attempt) => attempt.taken === 'completed') || store.completed.has(id)
    const failures = attempts.filter((attempt) => attempt.taken === 'retrying' || attempt.taken === 'dead').length

    if (trace.intendedAt === undefined) tally.add('unexpected', key)
    if (trace.acked && !completed && reason === undefined) tally.add('lost', key)
    if (trace.ids.size > 1 || trace.added > 1) tally.add('doubled', key)
    for (const stale of staleOnes(attempts)) tally.add('staleAccepted', `${key} fence ${stale.fence}`)
    if (isEarly(trace.intendedAt ?? 0, plan, attempts)) tally.add('early', key)

    const condemned = reason !== undefined && reason !== 'crashed'
    const wrongEnd = isPoison(plan) ? completed : condemned
    if (wrongEnd || failures > maxRetries || (completed && reason !== undefined)) tally.add('misjudged', key)
    if (attempts.some(({ retries }) => retries > plan.failures)) tally.add('misjudged', `${key} counts too many retries`)

    if (trace.acked || attempts.length > 0) known += 1
    else perhaps += 1
    reach.acked += trace.acked ? 1 : 0
    reach.recovered += !trace.acked && attempts.length > 0 ? 1 : 0
    reach.duplicatesRefused += trace.duplicates
    reach.starts += attempts.length
    reach.retried += attempts.filter((attempt) => attempt.taken === 'retrying').length
    reach.redelivered += Math.max(0, attempts.length - 1 - Math.min(plan.failures, maxRetries - 1))
    for (const [index, attempt] of attempts.entries()) {
      if (attempt.endedAt === undefined) reach.interrupted += 1
      else if (attempt.taken === undefined && attempts.slice(index + 1).some((next) => next.startedAt < (attempt.endedAt ?? 0))) {
        reach.lateRefused += 1
      }
    }
  }

  if (store.enqueued !== store.accountedFor)
    tally.add('unbalanced', `${store.enqueued} enqueued, ${store.accountedFor} accounted for, at the end`)
  const tooFew = Math.max(0, known - store.enqueued)
  const tooMany = Math.max(0, store.enqueued - known - perhaps)
  const counted: readonly (keyof Faults)[] = [
    'lost',
    'unexpected',
    'doubled',
    'staleAccepted',
    'early',
    'garbled',
    'misjudged',
    'unbalanced',
  ]
  const faults = Object.fromEntries(counted.map((fault) => [fault, tally.count(fault)])) as Record<keyof Faults, number>
  const deadOfCrashes = [...store.dead.values()].filter((reason) => reason === 'crashed').length
  return {
    faults: { ...faults, miscounted: tooFew + tooMany, unfinished: store.unfinished },
    reach: {
      intended: byKey.size,
      ...reach,
      staleCounted: store.staleRefused,
      dead: store.dead.size,
      deadOfCrashes,
      balancesChecked: balancesChecked + 1,
    },
    examples: tally.examples(),
  }
}
