/** What a counter of somebody else rose by between two readings. */
export class Delta {
  #last: number | undefined

  /** Undefined at the first reading; 0 when the counter went back, which is what a restart of its owner looks like. */
  next(value: number): number | undefined {
    const last = this.#last
    this.#last = value
    return last === undefined ? undefined : Math.max(0, value - last)
  }
}
