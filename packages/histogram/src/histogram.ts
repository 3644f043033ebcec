/**
 * A mergeable histogram with a bounded relative error.
 *
 * Source: the base-2 exponential histogram of the OpenTelemetry metrics data model, at the fixed scale 4: bucket i covers
 * (2^(i/16), 2^((i+1)/16)]. Changed: the scale never moves, the range is bounded by the unit, and a quantile answers the value of
 * a bucket whose relative distance to both of its bounds is equal.
 */

/** Bucket i covers (base^i, base^(i+1)] with base = 2^(1/16) ≈ 1.0443. */
const bucketsPerDoubling = 16
const base = 2 ** (1 / bucketsPerDoubling)

/** Powers of two between which values are told apart; beyond them they count in the outermost bucket (min and max stay exact). */
const ranges = {
  seconds: { lowest: -20, highest: 20 },
  // 1 µs to 49 days, so that what one room measured in ms merges into another's series without loss.
  milliseconds: { lowest: -10, highest: 32 },
  bytes: { lowest: 0, highest: 50 },
} as const

/** What is measured; histograms merge only with the same unit. */
export type Unit = keyof typeof ranges

/** (base − 1) / (base + 1) ≈ 0.0217: the largest relative error of a quantile for values within the unit's range. */
export const relativeError = (base - 1) / (base + 1)

/** Bucket counts as [index, count], ascending by index. A negative value −v counts under the index of v in `negative`. */
export type Buckets = readonly (readonly [index: number, count: number])[]

type Counts = Map<number, number>

/** Both sides, from the least value up. */
interface Ranked {
  readonly negative: Buckets
  readonly positive: Buckets
}

export class Histogram {
  readonly unit: Unit
  #count = 0
  #sum = 0
  #min = Infinity
  #max = -Infinity
  #zeros = 0
  readonly #positive: Counts = new Map()
  readonly #negative: Counts = new Map()

  constructor(unit: Unit = 'seconds') {
    this.unit = unit
  }

  /** How many values were recorded. */
  get count(): number {
    return this.#count
  }

  /** Their exact sum (in doubles); 0 when empty. */
  get sum(): number {
    return this.#sum
  }

  /** The smallest value, exact; null when empty. */
  get min(): number | null {
    return this.#count === 0 ? null : this.#min
  }

  /** The largest value, exact; null when empty. */
  get max(): number | null {
    return this.#count === 0 ? null : this.#max
  }

  /** The exact mean; null when empty. */
  get mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count
  }

  /**
   * Counts a value `times` times. NaN and infinities are not values: they are left out and answered false. O(1).
   *
   * @param times a positive integer
   */
  record(value: number, times = 1): boolean {
    if (!Number.isFinite(value)) return false
    this.#count += times
    this.#sum += value * times
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    if (value === 0) this.#zeros += times
    else if (value > 0) add(this.#positive, indexOf(value, this.unit), times)
    else add(this.#negative, indexOf(-value, this.unit), times)
    return true
  }

  /** Adds all of `other`, as if its values had been recorded here; `other` stays as it is. O(buckets). @throws RangeError for another unit */
  merge(other: Histogram): this {
    if (other.unit !== this.unit) throw new RangeError(`a histogram of ${other.unit} cannot be merged into one of ${this.unit}`)
    this.#count += other.#count
    this.#sum += other.#sum
    this.#min = Math.min(this.#min, other.#min)
    this.#max = Math.max(this.#max, other.#max)
    this.#zeros += other.#zeros
    for (const [index, count] of [...other.#positive]) add(this.#positive, index, count)
    for (const [index, count] of [...other.#negative]) add(this.#negative, index, count)
    return this
  }

  /**
   * The value at nearest rank ⌈q·count⌉, within `relativeError` for values in the unit's range; q = 0 and q = 1 are exact. null when empty.
   * O(buckets · log buckets).
   *
   * @param q 0…1
   */
  quantile(q: number): number | null {
    return this.quantiles([q])[0] ?? null
  }

  /** As `quantile`, for several at the price of one. */
  quantiles(qs: readonly number[]): (number | null)[] {
    for (const q of qs) if (!(q >= 0 && q <= 1)) throw new RangeError(`q must be between 0 and 1, got ${q}`)
    if (this.#count === 0) return qs.map(() => null)
    const ranked: Ranked = { negative: ascending(this.#negative).toReversed(), positive: ascending(this.#positive) }
    return qs.map((q) => {
      const rank = Math.max(1, Math.ceil(q * this.#count))
      if (rank === 1) return this.#min
      if (rank === this.#count) return this.#max
      return Math.min(this.#max, Math.max(this.#min, this.#valueAt(rank, ranked)))
    })
  }

  /** Counts of values above zero. */
  buckets(): Buckets {
    return ascending(this.#positive)
  }

  /** Everything as one line of text; `decode` gives back an equal histogram. */
  encode(): string {
    const bounds = this.#count === 0 ? '' : `${this.#sum} ${this.#min} ${this.#max}`
    return [this.unit, this.#count, bounds, this.#zeros, pack(this.#positive), pack(this.#negative)].join(';')
  }

  /** @throws RangeError when `text` was not made by `encode` */
  static decode(text: string): Histogram {
    const [unit = '', count = '', bounds = '', zeros = '', positive = '', negative = '', ...rest] = text.split(';')
    if (!Object.hasOwn(ranges, unit) || rest.length > 0) throw new RangeError(`not an encoded histogram: ${text.slice(0, 60)}`)
    const histogram = new Histogram(unit as Unit)
    histogram.#count = natural(count)
    histogram.#zeros = natural(zeros)
    const held = unpack(positive, histogram.#positive) + unpack(negative, histogram.#negative) + histogram.#zeros
    if (held !== histogram.#count) throw new RangeError(`an encoded histogram of ${count} values holds ${held}`)
    if (held > 0) {
      const [sum, min, max] = bounds.split(' ').map(Number)
      if (sum === undefined || min === undefined || max === undefined || !(min <= max) || Number.isNaN(sum)) {
        throw new RangeError(`an encoded histogram with bounds ${bounds.slice(0, 60)}`)
      }
      histogram.#sum = sum
      histogram.#min = min
      histogram.#max = max
    }
    return histogram
  }

  #valueAt(rank: number, { negative, positive }: Ranked): number {
    let left = rank
    for (const [index, count] of negative) {
      left -= count
      if (left <= 0) return -middleOf(index)
    }
    left -= this.#zeros
    if (left <= 0) return 0
    for (const [index, count] of positive) {
      left -= count
      if (left <= 0) return middleOf(index)
    }
    return this.#max
  }
}

function indexOf(value: number, unit: Unit): number {
  const { lowest, highest } = ranges[unit]
  const index = Math.ceil(Math.log2(value) * bucketsPerDoubling) - 1
  return Math.min(highest * bucketsPerDoubling - 1, Math.max(lowest * bucketsPerDoubling, index))
}

/** The value whose relative distance to both bounds of the bucket is the same: 2·low·high / (low + high). */
function middleOf(index: number): number {
  const low = 2 ** (index / bucketsPerDoubling)
  return (2 * low * base) / (1 + base)
}

function add(counts: Counts, index: number, times: number): void {
  counts.set(index, (counts.get(index) ?? 0) + times)
}

function ascending(counts: Counts): (readonly [number, number])[] {
  return [...counts].sort((a, b) => a[0] - b[0])
}

/** `index:count` of the first bucket, then `gap:count`, where a gap of 1 is left out: neighbours are the common case. */
function pack(counts: Counts): string {
  let previous = 0
  return ascending(counts)
    .map(([index, count], at) => {
      const gap = index - previous
      previous = index
      return at > 0 && gap === 1 ? `${count}` : `${gap}:${count}`
    })
    .join(',')
}

/** Answers how many values the buckets hold. Reads the text once, digit by digit: a range of a week is tens of thousands of texts. */
function unpack(text: string, into: Counts): number {
  if (text === '') return 0
  let index = 0
  let held = 0
  let from = 0
  for (let at = 0; at <= text.length; at += 1) {
    // The separators: what is between them are whole numbers, of which only the gap may be below 0.
    const code = at === text.length ? comma : text.charCodeAt(at)
    if (code === colon) {
      index += digits(text, from, at, true) - 1
      from = at + 1
    } else if (code === comma) {
      index += 1
      const count = digits(text, from, at, false)
      held += count
      into.set(index, count)
      from = at + 1
    }
  }
  return held
}

const comma = 44
const colon = 58
const minus = 45
const zero = 48

/** The whole number that stands at `from` up to `to`. */
function digits(text: string, from: number, to: number, signed: boolean): number {
  const isNegative = signed && text.charCodeAt(from) === minus
  const first = isNegative ? from + 1 : from
  let value = 0
  for (let at = first; at < to; at += 1) {
    const digit = text.charCodeAt(at) - zero
    if (!(digit >= 0 && digit <= 9)) throw notAnInteger(text.slice(from, to))
    value = value * 10 + digit
  }
  if (to === first || to - first > 15) throw notAnInteger(text.slice(from, to))
  return isNegative ? -value : value
}

function notAnInteger(text: string): RangeError {
  return new RangeError(`not an integer in an encoded histogram: ${text.slice(0, 20)}`)
}

function integer(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw notAnInteger(text)
  return Number(text)
}

function natural(text: string): number {
  const value = integer(text)
  if (value < 0) throw new RangeError(`a negative count in an encoded histogram: ${text}`)
  return value
}
