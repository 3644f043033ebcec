import { MillraceError } from '@millrace/connection'
import type { Seats as Limits } from '@millrace/contract'

/** Streams of one row that one user, and one address, may have open in this process. */
const usualSeats: Limits = { user: 5, address: 20 }

/** Who has how many streams of one row open. */
export class Seats {
  readonly #limits: Limits
  readonly #taken = new Map<string, number>()

  constructor(limits: Limits = usualSeats) {
    this.#limits = limits
  }

  /**
   * @returns gives the seat back; safe to call twice
   * @throws MillraceError STREAMS_TOO_MANY naming the limit; nothing was taken
   */
  take(who: { readonly user: string; readonly address: string }): () => void {
    const keys = (['user', 'address'] as const).map((kind) => ({ kind, key: `${kind} ${who[kind]}` }))
    for (const { kind, key } of keys) {
      if ((this.#taken.get(key) ?? 0) < this.#limits[kind]) continue
      throw new MillraceError(
        'STREAMS_TOO_MANY',
        `This ${kind} has ${this.#limits[kind]} streams open, which is as many as there may be. Close one, or ask from time to time instead.`,
      )
    }
    for (const { key } of keys) this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1)
    let isTaken = true
    return () => {
      if (isTaken) for (const { key } of keys) this.#giveBack(key)
      isTaken = false
    }
  }

  #giveBack(key: string): void {
    const left = (this.#taken.get(key) ?? 1) - 1
    if (left > 0) this.#taken.set(key, left)
    else this.#taken.delete(key)
  }
}
