import type { Log } from './connection.ts'

/** Listeners of channels within this process: all there are of an embedded store, and what one subscriber socket of Redis serves. */
export class LocalChannels {
  readonly #listeners = new Map<string, Set<(text: string) => void>>()
  readonly #log: Log | undefined

  constructor(log: Log | undefined) {
    this.#log = log
  }

  /** The returned function stops it. */
  add(channel: string, listener: (text: string) => void): () => void {
    // Wrapped, so that one function subscribed twice hears twice.
    const heard = (text: string) => listener(text)
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(heard))
    return () => {
      listeners.delete(heard)
      if (listeners.size === 0 && this.#listeners.get(channel) === listeners) this.#listeners.delete(channel)
    }
  }

  publish(channel: string, text: string): void {
    // A copy: who subscribes in here hears from the next message on.
    for (const listener of Array.from(this.#listeners.get(channel) ?? [])) {
      try {
        listener(text)
      } catch (error) {
        this.#log?.error({ err: error, channel }, 'a subscriber threw')
      }
    }
  }

  clear(): void {
    this.#listeners.clear()
  }
}
