import type { Level } from './message.ts'
import type { Shares } from './options.ts'

/** What a worker tells the store about how its queue is run, for whoever shows the queue. */
export interface StoredSettings {
  /** Messages the handler gets at most at once. */
  readonly batchSize: number
  /** Messages one worker runs at most at once. */
  readonly slots: number
  readonly maxRetries: number
  readonly retryDelay: number
  readonly maxLength: number
  readonly shares: Shares
  readonly targetAgeMs: Readonly<Record<Level, number>>
  readonly isSample: boolean
}

export function formatSettings(settings: StoredSettings): string {
  const { batchSize, slots, maxRetries, retryDelay, maxLength, shares, targetAgeMs, isSample } = settings
  return JSON.stringify({ batchSize, slots, maxRetries, retryDelay, maxLength, shares, targetAgeMs, isSample })
}

/** What is kept, as far as it can be read; undefined when no worker has begun yet. */
export function parseSettings(text: string | undefined): Partial<StoredSettings> | undefined {
  if (text === undefined) return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Partial<StoredSettings>) : undefined
  } catch {
    return undefined
  }
}
