import { describe, expect, it } from 'vitest'
import type { Entry, LedgerEvent } from './ledger.ts'
import { isPoison, keyOf, planOf, type Plan } from './plan.ts'
import { judge, Traces, type FinalStore } from './verdict.ts'

const seed = 1

/** The first message of the plan that suits. */
function keyWith(suits: (plan: Plan) => boolean): string {
  for (let number = 0; number < 100_000; number++) if (suits(planOf(seed, number))) return keyOf(number)
  throw new Error('no message has such a plan')
}

const plain = keyWith((plan) => plan.failures === 0 && plan.delayMs === 0)
const flaky = keyWith((plan) => plan.failures === 1 && plan.delayMs === 0)
const poison = keyWith((plan) => isPoison(plan) && plan.delayMs === 0)
const delayed = keyWith((plan) => plan.delayMs > 100 && plan.failures === 0)

type Line = [event: LedgerEvent, ...details: (string | number)[]]

/** One line a millisecond, all of one message and one process. */
function told(key: string, ...lines: Line[]): Entry[] {
  return lines.map(([event, ...details], index) => ({
    at: 1_000_000 + index * 1000,
    event,
    key,
    details: details.map(String),
    process: 'worker.1.log',
  }))
}

function verdict(entries: Entry[], store: Partial<FinalStore> = {}) {
  const nothing = {
    unfinished: 0,
    enqueued: 1,
    accountedFor: 1,
    staleRefused: 0,
    dead: new Map<string, string>(),
    completed: new Set<string>(),
  }
  return judge(seed, new Traces(entries), { ...nothing, ...store })
}

const enqueued: Line[] = [['INTENT'], ['ACKED', 'id', 'added']]
const completed = (fence: number): Line[] => [
  ['START', fence, 0, 'id'],
  ['END', fence, 'ok'],
  ['TAKEN', fence, 'completed'],
]

/** The faults that are not 0. */
function faults(...args: Parameters<typeof verdict>): object {
  return Object.fromEntries(Object.entries(verdict(...args).faults).filter(([, count]) => count !== 0))
}

describe('the judge of a chaos run', () => {
  it('finds no fault in a message that went its way once', () => {
    expect(faults(told(plain, ...enqueued, ...completed(1)))).toEqual({})
  })

  it('calls a message lost when its enqueue resolved and nobody knows its end', () => {
    const cutOff = told(plain, ...enqueued, ['START', 1, 0, 'id'])
    expect(faults(cutOff)).toEqual({ lost: 1 })
    expect(faults(cutOff, { completed: new Set(['id']) })).toEqual({})
    expect(faults(cutOff, { dead: new Map([['id', 'crashed']]) })).toEqual({})
  })

  it('asks the store for the end of each message that the ledgers leave open', () => {
    expect(new Traces(told(plain, ...enqueued, ['START', 1, 0, 'id'])).open()).toEqual(['id'])
    expect(new Traces(told(plain, ...enqueued, ...completed(1))).open()).toEqual([])
  })

  it('calls a result taken after a newer claim an accepted stale one', () => {
    const both = told(plain, ...enqueued, ['START', 1, 0, 'id'], ['START', 2, 0, 'id'], ['END', 1, 'ok'], ['TAKEN', 1, 'completed'])
    expect(faults(both)).toEqual({ staleAccepted: 1 })
    const retrying = told(
      flaky,
      ...enqueued,
      ['START', 1, 0, 'id'],
      ['START', 2, 0, 'id'],
      ['END', 1, 'fail'],
      ['TAKEN', 1, 'retrying'],
      ['END', 2, 'ok'],
      ['TAKEN', 2, 'completed'],
    )
    expect(faults(retrying)).toMatchObject({ staleAccepted: 1 })
  })

  it('calls a result of a finished message an accepted stale one', () => {
    expect(faults(told(plain, ...enqueued, ...completed(1), ...completed(2)))).toEqual({ staleAccepted: 1 })
  })

  it('counts a late result that was refused, and an attempt that was cut off', () => {
    const late = told(
      plain,
      ...enqueued,
      ['START', 1, 0, 'id'],
      ['START', 2, 0, 'id'],
      ['END', 1, 'ok'],
      ['END', 2, 'ok'],
      ['TAKEN', 2, 'completed'],
    )
    expect(verdict(late)).toMatchObject({ reach: { lateRefused: 1, redelivered: 1, interrupted: 0 }, faults: { staleAccepted: 0 } })
    const cut = told(plain, ...enqueued, ['START', 1, 0, 'id'], ...completed(2))
    expect(verdict(cut)).toMatchObject({ reach: { lateRefused: 0, redelivered: 1, interrupted: 1 } })
  })

  it('calls a start unexpected when nobody meant to enqueue it', () => {
    expect(faults(told(plain, ...completed(1)))).toEqual({ unexpected: 1 })
  })

  it('calls one enqueue that made two messages doubled', () => {
    expect(
      faults(told(plain, ...enqueued, ['START', 1, 0, 'other'], ['END', 1, 'ok'], ['TAKEN', 1, 'completed']), { enqueued: 1 }),
    ).toMatchObject({ doubled: 1 })
    expect(faults(told(plain, ...enqueued, ['ACKED', 'id', 'added'], ...completed(1)))).toEqual({ doubled: 1 })
    expect(verdict(told(plain, ...enqueued, ['ACKED', 'id', 'duplicate'], ...completed(1)))).toMatchObject({
      reach: { duplicatesRefused: 1 },
    })
  })

  it('calls a start before the due time early, be it the first or that of a retry', () => {
    expect(faults(told(delayed, ...enqueued, ...completed(1)))).toEqual({ early: 1 })
    const hasty = told(
      flaky,
      ...enqueued,
      ['START', 1, 0, 'id'],
      ['END', 1, 'fail'],
      ['TAKEN', 1, 'retrying'],
      ['START', 2, 1, 'id'],
      ['END', 2, 'ok'],
      ['TAKEN', 2, 'completed'],
    )
    expect(faults(hasty)).toEqual({ early: 1 })
  })

  it('calls a poison message that completed, and a good one that died of failures, misjudged', () => {
    expect(faults(told(poison, ...enqueued, ...completed(1)))).toEqual({ misjudged: 1 })
    expect(faults(told(plain, ...enqueued), { dead: new Map([['id', 'failed 3 of 3 attempts']]) })).toEqual({ misjudged: 1 })
    expect(faults(told(poison, ...enqueued), { dead: new Map([['id', 'failed 3 of 3 attempts']]) })).toEqual({})
  })

  it('calls figures that do not add up unbalanced, whenever it was', () => {
    const balance: Entry = { at: 1, event: 'BALANCE', key: '-', details: ['10', '9'], process: 'observer.1.log' }
    expect(faults([balance, ...told(plain, ...enqueued, ...completed(1))])).toEqual({ unbalanced: 1 })
    expect(faults(told(plain, ...enqueued, ...completed(1)), { accountedFor: 2 })).toEqual({ unbalanced: 1 })
  })

  it('counts more or fewer messages than producers know of as miscounted; one with unknown outcome may be there or not', () => {
    const known = told(plain, ...enqueued, ...completed(1))
    expect(faults(known, { enqueued: 2, accountedFor: 2 })).toEqual({ miscounted: 1 })
    expect(faults(known, { enqueued: 0, accountedFor: 0 })).toEqual({ miscounted: 1 })
    const perhaps = [...known, ...told(flaky, ['INTENT'], ['UNKNOWN'])]
    expect(faults(perhaps, { enqueued: 1, accountedFor: 1 })).toEqual({})
    expect(faults(perhaps, { enqueued: 2, accountedFor: 2 })).toEqual({})
  })
})
