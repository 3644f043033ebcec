/** 64 characters whose order as bytes is their order as digits, so that ids sort by time. */
const alphabet = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'
const idsPerMs = 64 * 64

/** All two-character counters in order, made at the first id. */
let counters: readonly string[] | undefined

/**
 * Makes ids of 14 characters that ascend: a partition digit (0), 7 characters of ms since 1970, 4 of the process number, 2 of a
 * counter. 4,096 ids fit in a millisecond; further ones borrow from the next. Two live processes never share a number
 * (`connection.processNumber`), so their ids never meet. Short ids are cheap ids: each is stored twice, and up to 14 characters fit
 * the small allocation class of Redis.
 */
export class IdSource {
  readonly #process: string
  readonly #nowMs: () => number
  readonly #counters: readonly string[]
  #ms = 0
  #counter = idsPerMs
  #head = ''

  /** @param processNumber 0…16,777,215 */
  constructor(processNumber: number, nowMs: () => number = Date.now) {
    this.#process = digits(processNumber, 4)
    this.#nowMs = nowMs
    counters ??= Array.from({ length: idsPerMs }, (_, index) => digits(index, 2))
    this.#counters = counters
  }

  next(): string {
    const now = this.#nowMs()
    if (now > this.#ms) this.#begin(now)
    else if (this.#counter === idsPerMs) this.#begin(this.#ms + 1)
    const counter = this.#counters[this.#counter]
    this.#counter += 1
    return this.#head + counter
  }

  #begin(ms: number): void {
    this.#ms = ms
    this.#counter = 0
    this.#head = `0${digits(ms, 7)}${this.#process}`
  }
}

/** The ms since 1970 in a generated id; undefined for an id a caller gave. */
export function timeOfId(id: string): number | undefined {
  if (id.length !== 14 || id[0] !== '0') return undefined
  let ms = 0
  for (let index = 1; index <= 7; index += 1) {
    const digit = alphabet.indexOf(id[index] as string)
    if (digit < 0) return undefined
    ms = ms * 64 + digit
  }
  return ms
}

function digits(value: number, length: number): string {
  let text = ''
  let rest = value
  for (let index = 0; index < length; index += 1) {
    text = alphabet[rest % 64] + text
    rest = Math.floor(rest / 64)
  }
  return text
}
