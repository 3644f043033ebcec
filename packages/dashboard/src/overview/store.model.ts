import type { StoreFigures } from '@millrace/contract'

type Durability = NonNullable<StoreFigures['durability']>

/** What survives what, weakest first. */
export const durabilities: readonly Durability[] = ['volatile', 'crash-safe', 'power-safe', 'replicated']

const redisSentences: Readonly<Record<Durability, string>> = {
  volatile: 'A crash or restart of Redis loses everything: it writes nothing to disk.',
  'crash-safe': 'A power cut can lose up to 1 s (fsync each second).',
  'power-safe': 'What was answered survives a power cut (fsync each write).',
  replicated: 'What was answered is on disk here, and replicas have a copy.',
}

const fileSentences: Readonly<Record<Durability, string>> = {
  volatile: 'A crash loses everything: nothing is written to disk.',
  'crash-safe': 'A power cut can lose up to 1 s (synced each second); a crash of the process loses nothing.',
  'power-safe': 'What was answered survives a power cut (synced with each group).',
  replicated: 'What was answered is on disk here, and replicas have a copy.',
}

/** What can be lost, in one sentence. */
export function durabilitySentence({ kind, durability }: Pick<StoreFigures, 'kind' | 'durability'>): string {
  if (durability === null) return 'What can be lost is not known: the store did not say how it keeps what it has.'
  return (kind === 'redis' ? redisSentences : fileSentences)[durability]
}
