import type { StoreFigures } from '@millrace/contract'
import type { StatusWord } from '@millrace/ui'

type Grade = NonNullable<StoreFigures['durability']>

/** The grades that a store can have, weakest first. */
const ladders: Readonly<Record<StoreFigures['kind'], readonly Grade[]>> = {
  redis: ['volatile', 'crash-safe', 'power-safe', 'replicated'],
  embedded: ['crash-safe', 'power-safe'],
}

const redisLosses: Readonly<Record<Grade, string>> = {
  volatile: 'A crash or restart of Redis loses everything: it writes nothing to disk.',
  'crash-safe': 'A power cut can lose the last 1 to 2 s (fsync each second).',
  'power-safe': 'What was answered survives a power cut (fsync each write).',
  replicated: 'What was answered is on disk here, and replicas have a copy.',
}

const fileLosses: Readonly<Record<Grade, string>> = {
  ...redisLosses,
  volatile: 'A crash loses everything: nothing is written to disk.',
  'crash-safe': 'A power cut can lose up to 1 s (synced each second); a crash of the process loses nothing.',
  'power-safe': 'What was answered survives a power cut (synced with each group).',
}

export interface Durability {
  readonly state: StatusWord
  /** Weakest first; the reached ones are those up to the grade. */
  readonly rungs: readonly { readonly grade: Grade; readonly isReached: boolean; readonly isCurrent: boolean }[]
  /** What can be lost. */
  readonly sentence: string
}

/** Whether messages can be lost: a store that keeps nothing is failing, one that does not say how it keeps them is unknown. */
export function durabilityOf({ kind, durability, connected }: Pick<StoreFigures, 'kind' | 'durability' | 'connected'>): Durability {
  const ladder = ladders[kind]
  const reached = durability === null ? -1 : ladder.indexOf(durability)
  const losses = kind === 'redis' ? redisLosses : fileLosses
  return {
    state: stateOf(durability, connected),
    rungs: ladder.map((grade, index) => ({ grade, isReached: index <= reached, isCurrent: index === reached })),
    sentence: durability === null ? 'What can be lost is not known: the store did not say how it keeps what it has.' : losses[durability],
  }
}

function stateOf(durability: StoreFigures['durability'], connected: boolean): StatusWord {
  if (durability === null || !connected) return { status: 'unknown', word: 'Unknown' }
  return durability === 'volatile' ? { status: 'fail', word: 'Volatile' } : { status: 'ok', word: 'OK' }
}
