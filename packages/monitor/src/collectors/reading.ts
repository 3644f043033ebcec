/** A figure that cannot be had, and why. */
export class Missing {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

/** A figure, or why there is none: never 0 in its stead. */
export type Reading<Value = number> = Value | Missing

/** What is made of a figure, where there is one. */
export function derive<From, To>(reading: Reading<From>, make: (value: From) => To): Reading<To> {
  return reading instanceof Missing ? reading : make(reading)
}
