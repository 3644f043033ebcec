import { unanswered } from '@millrace/connection'
import type { Connection } from '@millrace/connection'

/**
 * How long a request waits for a store that is silent, ms from its own beginning: one deadline for all that its handler asks of the store.
 * While the store answers, a request may take its time.
 */
const patienceMs = { read: 2_000, write: 5_000 } as const
/** Whether a store that is away has come back is looked at this often, ms. */
const lookMs = 50

export interface Asked {
  readonly kind: keyof typeof patienceMs
  /** Since the request began, ms. */
  readonly elapsedMs: () => number
}

type Store = Pick<Connection, 'kind' | 'connected' | 'silentMs'>

/**
 * What `work` comes to, or STORE_UNAVAILABLE once the request and the silence of the store are both older than the patience. What was
 * given up goes on inside for as long as the connection tries: a write may then still take effect, and is told as unknown.
 *
 * A write is not begun while Redis is away: what nobody began takes no effect after its caller was told that it failed.
 */
export async function withPatience<Answer>(store: Store, asked: Asked, work: () => Answer | Promise<Answer>): Promise<Answer> {
  if (asked.kind === 'write') await untilReached(store, asked)
  return new Promise((resolve, reject) => {
    const stop = onSilence(store, asked, () => {
      reject(unanswered(asked.kind === 'read' ? 'unread' : 'unknown', `The store was silent for ${patienceMs[asked.kind]} ms`))
    })
    void (async () => work())().then(resolve, reject).finally(stop)
  })
}

async function untilReached(store: Store, { kind, elapsedMs }: Asked): Promise<void> {
  // A file that is lost does not come back: its calls fail at once, and say why.
  while (store.kind === 'redis' && !store.connected) {
    if (elapsedMs() >= patienceMs[kind]) throw unanswered('unsent', `The store was away for ${patienceMs[kind]} ms`)
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
}

/** @returns stops looking */
function onSilence(store: Store, { kind, elapsedMs }: Asked, hear: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const look = () => {
    if (isOver) return
    const leftMs = patienceMs[kind] - Math.min(elapsedMs(), store.silentMs)
    if (leftMs <= 0) hear()
    // An event loop that was blocked hears first what came meanwhile.
    else timer = setTimeout(() => setImmediate(look), leftMs)
  }
  look()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}
