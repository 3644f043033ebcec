/** Counts a client's own updates: made, and known to be durable. */
export class OwnUpdates {
  /** The number of the last one made. */
  made = 0
  #saved = 0

  /** How many are not known to be durable. */
  get unsaved(): number {
    return this.made - this.#saved
  }

  /** @returns whether that says something new */
  savedUpTo(number: number): boolean {
    if (number <= this.#saved || number > this.made) return false
    this.#saved = number
    return true
  }
}
