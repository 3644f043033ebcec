import { Histogram } from '@millrace/histogram'
import { levels } from '../message.ts'
import type { Level } from '../message.ts'

export const minuteMs = 60_000

/** What every histogram of times is in. */
export const timesUnit = 'milliseconds'

/** Times of the messages of one level and name, in ms. */
export interface TimesOfName {
  readonly level: Level
  /** The message name, 'default' without one, 'other' beyond the first 100 of a worker. */
  readonly name: string
  /** From ready to the start of its handler, each attempt. */
  readonly wait: Histogram
  /** How long its handler ran, each attempt. */
  readonly run: Histogram
  /** From due to completed, each completed message. */
  readonly total: Histogram
}

/** What ended in one minute of the store's clock, on all workers that have written so far. */
export interface Minute {
  /** ms since 1970, a multiple of 60,000. */
  readonly startMs: number
  readonly times: readonly TimesOfName[]
}

/** One worker's minute as text: a line a level and name, `level,name-as-JSON` and three histograms, parted by tabs. */
export function encodeTimes(times: Iterable<TimesOfName>): string {
  const lines: string[] = []
  for (const { level, name, wait, run, total } of times) {
    lines.push([levels.indexOf(level), JSON.stringify(name), wait.encode(), run.encode(), total.encode()].join('\t'))
  }
  return lines.join('\n')
}

/** @throws RangeError or SyntaxError when `text` was not made by `encodeTimes` */
export function decodeTimes(text: string): TimesOfName[] {
  if (text === '') return []
  return text.split('\n').map((line) => {
    const [level = '', name = '', wait = '', run = '', total = ''] = line.split('\t')
    const known = levels[Number(level)]
    if (known === undefined) throw new RangeError(`not the times of a level: ${line.slice(0, 60)}`)
    return {
      level: known,
      name: JSON.parse(name) as string,
      wait: decode(wait),
      run: decode(run),
      total: decode(total),
    }
  })
}

/** Adds up what several workers wrote of one minute, by level and name. */
export function mergeTimes(all: Iterable<TimesOfName>): TimesOfName[] {
  const merged = new Map<string, TimesOfName>()
  for (const times of all) {
    const key = `${times.level}\t${times.name}`
    const known = merged.get(key)
    if (!known) merged.set(key, { ...times, wait: copy(times.wait), run: copy(times.run), total: copy(times.total) })
    else {
      known.wait.merge(times.wait)
      known.run.merge(times.run)
      known.total.merge(times.total)
    }
  }
  return [...merged.values()]
}

/** The key of a minute in the queue's room, and how long it is kept. */
export const minuteKey = (startMs: number): string => `times:${startMs / minuteMs}`
export const minuteTtlMs = 4 * 3_600_000

function decode(text: string): Histogram {
  const histogram = Histogram.decode(text)
  if (histogram.unit !== timesUnit) throw new RangeError(`times in ${histogram.unit}, not in ${timesUnit}`)
  return histogram
}

function copy(histogram: Histogram): Histogram {
  return new Histogram(histogram.unit).merge(histogram)
}
