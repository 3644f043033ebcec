const slotMs = 5000
const slots = 12

/** Count and sum of the last minute's response times, in slots of 5 s: what is told is 55 to 60 s old at most. */
export class LastMinute {
  readonly #slotOf = new Float64Array(slots).fill(NaN)
  readonly #counts = new Float64Array(slots)
  readonly #sums = new Float64Array(slots)

  add(value: number, nowMs: number): void {
    const slot = Math.floor(nowMs / slotMs)
    const at = slot % slots
    if (this.#slotOf[at] !== slot) {
      this.#slotOf[at] = slot
      this.#counts[at] = 0
      this.#sums[at] = 0
    }
    this.#counts[at] = (this.#counts[at] as number) + 1
    this.#sums[at] = (this.#sums[at] as number) + value
  }

  /** null without a value. */
  mean(nowMs: number): number | null {
    const newest = Math.floor(nowMs / slotMs)
    let [count, sum] = [0, 0]
    for (const [at, slot] of this.#slotOf.entries()) {
      // Slots ahead of the clock are from before it stepped back.
      if (!(slot > newest - slots && slot <= newest)) continue
      count += this.#counts[at] as number
      sum += this.#sums[at] as number
    }
    return count === 0 ? null : sum / count
  }
}
