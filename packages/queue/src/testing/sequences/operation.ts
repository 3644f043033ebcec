import fc from 'fast-check'
import { levels } from '../../message.ts'
import type { Level } from '../../message.ts'
import type { DedupeRule, PurgeState, Turns } from '../../store/store.ts'
import { defaultTurns } from '../contract/test-worker.ts'

/** One message of an operation. `explicit` names one of a few ids of the caller's own; 0 is a generated id. */
export interface MessagePlan {
  readonly level: Level
  readonly explicit: number
  readonly payload: number
  readonly delayMs: number
  /** Due time from now, ms; 0 leaves it to `delayMs`. */
  readonly scheduledInMs: number
  readonly options: number
  /** One of a few dedupe keys, for generated ids; 0 is none. */
  readonly key: number
  readonly until: DedupeRule['until']
  readonly replace: boolean
}

/** One result: `pick` chooses among the claims the worker holds, or (`of: any`) among all that were ever made. */
export interface ResultPlan {
  readonly pick: number
  readonly of: 'held' | 'any'
  readonly nonce: 'right' | 'wrong'
  readonly kind: 'done' | 'failed' | 'dead' | 'released'
  readonly delayMs: number
}

export interface CallPlan {
  readonly worker: number
  readonly results: readonly ResultPlan[]
  readonly retention: number
}

export type SelectionPlan = { readonly picks: readonly number[] } | { readonly limit: number }

/** One step of a sequence, as data: which worker and which message is decided when it is played. */
export type Operation =
  | {
      readonly do: 'enqueue'
      readonly messages: readonly MessagePlan[]
      readonly maxLength: number
      readonly wakeNobody: boolean
      readonly keepOpen: boolean
    }
  | { readonly do: 'enqueue again'; readonly back: number }
  | ({ readonly do: 'claim'; readonly limit: number; readonly idle: boolean } & CallPlan)
  | { readonly do: 'claim again'; readonly worker: number }
  | { readonly do: 'claim late'; readonly worker: number; readonly nonce: 'same' | 'other'; readonly lag: number }
  | ({ readonly do: 'settle' } & CallPlan)
  | { readonly do: 'renew'; readonly worker: number }
  | { readonly do: 'release'; readonly worker: number }
  | { readonly do: 'rescue' }
  | { readonly do: 'crash'; readonly worker: number; readonly limit: number; readonly times: number }
  | { readonly do: 'cancel'; readonly pick: number }
  | {
      readonly do: 'redrive'
      readonly of: SelectionPlan
      readonly delayMs: number
      readonly payload: number
      readonly undo: 'no' | 'yes' | 'at once'
      readonly skip: number
    }
  | { readonly do: 'promote'; readonly of: SelectionPlan }
  | { readonly do: 'purge'; readonly state: PurgeState; readonly limit: number }
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }
  | { readonly do: 'trim'; readonly retention: number }
  | {
      readonly do: 'progress'
      readonly pick: number
      readonly of: 'held' | 'any'
      readonly worker: number
      readonly ratio: number
      readonly lines: number
    }
  | { readonly do: 'configure'; readonly text: number }
  | { readonly do: 'advance'; readonly us: number }
  | { readonly do: 'nothing' }

/** What one run plays: the order of turns its workers ask for, and the operations. */
export interface Sequence {
  readonly turns: Turns
  readonly operations: readonly Operation[]
}

const delays = fc.constantFrom(0, 0, 0, 1, 3, 1000, 5000, 20_000)
const pick = fc.nat(40)
const worker = fc.constantFrom(0, 0, 0, 1, 1, 2)
const retention = fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 1, 2)

const message: fc.Arbitrary<MessagePlan> = fc.record({
  level: fc.constantFrom(...levels),
  explicit: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4),
  payload: fc.nat(1),
  delayMs: delays,
  scheduledInMs: fc.constantFrom(0, 0, 0, 0, 0, -1000, 1, 1000, 20_000),
  options: fc.nat(2),
  key: fc.constantFrom(0, 0, 0, 0, 1, 1, 2),
  until: fc.constantFrom('finished', 'finished', 'started', 'window'),
  replace: fc.boolean(),
})

const result: fc.Arbitrary<ResultPlan> = fc.record({
  pick,
  of: fc.constantFrom('held', 'held', 'held', 'held', 'held', 'held', 'held', 'any'),
  nonce: fc.constantFrom('right', 'right', 'right', 'right', 'right', 'right', 'wrong'),
  kind: fc.constantFrom('done', 'done', 'failed', 'failed', 'dead', 'dead', 'released'),
  delayMs: delays,
})

const call = { worker, results: fc.array(result, { maxLength: 4 }), retention }

const selection: fc.Arbitrary<SelectionPlan> = fc.oneof(
  fc.record({ picks: fc.array(pick, { minLength: 1, maxLength: 3 }) }),
  fc.record({ limit: fc.integer({ min: 1, max: 3 }) }),
)

/** Steps of time, µs. The short ones never add up to half a second in a sequence, so that ages given in odd tenths are never met exactly. */
const steps = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(1, 7, 300, 999, 1000, 2500) },
  { weight: 9, arbitrary: fc.constantFrom(1_000_000, 1_000_000, 3_000_000, 5_000_000) },
  { weight: 1, arbitrary: fc.constantFrom(9_999_999, 10_000_000, 10_000_001, 21_000_000, 61_000_000) },
  { weight: 1, arbitrary: fc.constantFrom(3_660_000_000, 90_000_000_000) },
)

/** Every operation with how often it comes; what is first is what a failing sequence is thinned out with. A new verb is one line here and one case in the player. */
const kinds: { readonly [Name in Operation['do']]: { weight: number; of: fc.Arbitrary<Extract<Operation, { do: Name }>> } } = {
  nothing: { weight: 1, of: fc.record({ do: fc.constant('nothing') }) },
  enqueue: {
    weight: 13,
    of: fc.record({
      do: fc.constant('enqueue'),
      messages: fc.array(message, { minLength: 1, maxLength: 5 }),
      maxLength: fc.constantFrom(0, 0, 0, 0, 4, 8),
      wakeNobody: fc.boolean(),
      keepOpen: fc.boolean(),
    }),
  },
  'enqueue again': { weight: 2, of: fc.record({ do: fc.constant('enqueue again'), back: fc.nat(4) }) },
  claim: {
    weight: 18,
    of: fc.record({ do: fc.constant('claim'), limit: fc.constantFrom(0, 1, 2, 3, 3, 10, 10), idle: fc.boolean(), ...call }),
  },
  'claim again': { weight: 3, of: fc.record({ do: fc.constant('claim again'), worker }) },
  'claim late': {
    weight: 1,
    of: fc.record({ do: fc.constant('claim late'), worker, nonce: fc.constantFrom('same', 'other'), lag: fc.nat(2) }),
  },
  settle: { weight: 6, of: fc.record({ do: fc.constant('settle'), ...call }) },
  renew: { weight: 2, of: fc.record({ do: fc.constant('renew'), worker }) },
  release: { weight: 1, of: fc.record({ do: fc.constant('release'), worker }) },
  rescue: { weight: 2, of: fc.record({ do: fc.constant('rescue') }) },
  crash: {
    weight: 2,
    of: fc.record({ do: fc.constant('crash'), worker, limit: fc.integer({ min: 1, max: 3 }), times: fc.constantFrom(1, 1, 1, 2, 2, 4, 5) }),
  },
  cancel: { weight: 2, of: fc.record({ do: fc.constant('cancel'), pick }) },
  redrive: {
    weight: 8,
    of: fc.record({
      do: fc.constant('redrive'),
      of: selection,
      delayMs: fc.constantFrom(0, 3, 1000, 5000, 20_000),
      payload: fc.constantFrom(0, 0, 0, 1),
      undo: fc.constantFrom('no', 'no', 'yes', 'at once'),
      skip: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1),
    }),
  },
  promote: { weight: 1, of: fc.record({ do: fc.constant('promote'), of: selection }) },
  purge: {
    weight: 2,
    of: fc.record({
      do: fc.constant('purge'),
      state: fc.constantFrom<PurgeState>('waiting', 'dead', 'completed'),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  pause: { weight: 1, of: fc.record({ do: fc.constant('pause') }) },
  resume: { weight: 4, of: fc.record({ do: fc.constant('resume') }) },
  trim: { weight: 1, of: fc.record({ do: fc.constant('trim'), retention }) },
  progress: {
    weight: 2,
    of: fc.record({
      do: fc.constant('progress'),
      pick,
      of: fc.constantFrom('held', 'held', 'held', 'any'),
      worker,
      ratio: fc.constantFrom(-1, 0, 0.25, 1),
      lines: fc.constantFrom(0, 1, 2, 60),
    }),
  },
  configure: { weight: 1, of: fc.record({ do: fc.constant('configure'), text: fc.nat(9) }) },
  advance: { weight: 7, of: fc.record({ do: fc.constant('advance'), us: steps }) },
}

export const operationNames = Object.keys(kinds) as Operation['do'][]

/** Sequences of operations; those named in `emphasise` come ten times as often. */
export function sequences(length: { min: number; max: number }, emphasise: readonly Operation['do'][] = []): fc.Arbitrary<Sequence> {
  const operation = fc.oneof(
    { withCrossShrink: true },
    ...operationNames.map((name) => ({
      weight: kinds[name].weight * (emphasise.includes(name) ? 10 : 1),
      arbitrary: kinds[name].of as fc.Arbitrary<Operation>,
    })),
  )
  return fc.record({
    turns: fc.constantFrom(defaultTurns, defaultTurns, [], [3, 2, 0]),
    operations: fc.array(operation, { minLength: length.min, maxLength: length.max, size: 'max' }),
  })
}
