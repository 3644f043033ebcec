import { Histogram } from '@millrace/histogram'
import { unpack } from './packed.ts'

interface Line {
  readonly instance: string
  readonly text: string
}

/**
 * One bucket of one group: what all processes wrote, by series. Histograms it gives out are never changed afterwards; those asked for by
 * `histogram` are kept.
 */
export class Bucket {
  readonly #lines = new Map<string, Line[]>()
  readonly #instances = new Set<string>()
  readonly #kept = new Map<string, Histogram | undefined>()
  readonly #most = new Map<string, number>()
  readonly #onKept: () => void
  characters = 0
  /** Nobody writes it any more. */
  settled = false

  constructor(onKept: () => void) {
    this.#onKept = onKept
  }

  add(field: string, text: string): void {
    this.characters += text.length
    const instance = instanceOf(field)
    this.#instances.add(instance)
    for (const [key, histogram] of unpack(text)) {
      const lines = this.#lines.get(key)
      if (lines) lines.push({ instance, text: histogram })
      else this.#lines.set(key, [{ instance, text: histogram }])
    }
  }

  get isEmpty(): boolean {
    return this.#lines.size === 0
  }

  /** How many values the process recorded that recorded most of one series. */
  mostOf(key: string): number {
    let most = this.#most.get(key)
    if (most === undefined) {
      most = Math.max(0, ...(this.#lines.get(key) ?? []).map(({ text }) => decoded(text)?.count ?? 0))
      this.#most.set(key, most)
    }
    return most
  }

  keys(): Iterable<string> {
    return this.#lines.keys()
  }

  instances(): Iterable<string> {
    return this.#instances
  }

  /** What the series together got; undefined without a value. */
  histogram(selection: Selection): Histogram | undefined {
    const { name } = selection
    if (this.#kept.has(name)) return this.#kept.get(name)
    const merged = this.merge(selection)
    this.#kept.set(name, merged)
    if (merged) this.#onKept()
    return merged
  }

  /** The same without keeping it. */
  merge({ keys, instance }: Selection): Histogram | undefined {
    const histograms: (Histogram | undefined)[] = []
    for (const key of keys) {
      for (const line of this.#lines.get(key) ?? []) {
        if (instance === undefined || line.instance === instance) histograms.push(decoded(line.text))
      }
    }
    return sum(histograms)
  }

  forget(): void {
    this.#kept.clear()
  }
}

/** Some series of one metric, of all instances or of one. */
export interface Selection {
  readonly keys: readonly string[]
  readonly instance: string | undefined
  /** Equal for equal selections. */
  readonly name: string
}

/** Names are long: the very same text is found faster than an equal one. */
const known = new Map<string, Selection>()
const maxKnown = 5000

export function selectionOf(keys: readonly string[], instance?: string): Selection {
  const name = `${instance ?? ''}\n${keys.join('\n')}`
  let selection = known.get(name)
  if (!selection) {
    if (known.size >= maxKnown) known.clear()
    known.set(name, (selection = { keys, instance, name }))
  }
  return selection
}

/** All of them as one; undefined of none. One that is of another unit than the first is left out. */
export function sum(histograms: readonly (Histogram | undefined)[]): Histogram | undefined {
  const [first, ...rest] = histograms.filter((histogram) => histogram !== undefined)
  if (!first || rest.length === 0) return first
  const total = new Histogram(first.unit).merge(first)
  for (const histogram of rest) if (histogram.unit === total.unit) total.merge(histogram)
  return total
}

/** A histogram that cannot be read is left out: figures must not stop the rest. */
function decoded(text: string): Histogram | undefined {
  try {
    return Histogram.decode(text)
  } catch {
    return undefined
  }
}

/** A field is an instance, and after a clock that stepped back `~` and a number. */
function instanceOf(field: string): string {
  const tilde = field.lastIndexOf('~')
  return tilde < 0 ? field : field.slice(0, tilde)
}
