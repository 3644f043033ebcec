import type { Histogram } from '@millrace/histogram'
import type { Metric, MetricUnit } from '../series/catalogue.ts'

/** Bounds of histograms of times: 2^-1 ms … 2^20 ms (0.5 ms to 17.5 min), exact sums of stored buckets, written in seconds. */
const timePowers = Array.from({ length: 22 }, (_, index) => index - 1)
/** Stored buckets a doubling. */
const bucketsPerDoubling = 16

const suffixes: Readonly<Record<MetricUnit, string>> = {
  ms: '_seconds',
  bytes: '_bytes',
  bytesPerSecond: '_bytes_per_second',
  percent: '_ratio',
  ratio: '_ratio',
  count: '',
  perSecond: '_per_second',
}
const factors: Readonly<Partial<Record<MetricUnit, number>>> = { ms: 1 / 1000, percent: 1 / 100 }

export type LabelPairs = Readonly<Record<string, string>>
type FamilyType = 'counter' | 'gauge' | 'histogram'

/** `millrace_`, the words of the metric, its base unit, `_total` of a counter. */
export function familyName({ name, unit, kind }: Pick<Metric, 'name' | 'unit' | 'kind'>): string {
  const words = name.replaceAll(/[^A-Za-z0-9]+/g, '_')
  const suffix = words.endsWith(suffixes[unit]) ? '' : suffixes[unit]
  return `millrace_${words}${suffix}${kind === 'counter' ? '_total' : ''}`
}

/** In base units: seconds, bytes, ratios. */
export function baseValue(unit: MetricUnit, value: number): number {
  const factor = factors[unit]
  return factor === undefined ? value : rounded(value * factor)
}

/** Prometheus' text format 0.0.4, family by family; each family stands in one piece, whatever the order in which it is filled. */
export class Exposition {
  readonly #families = new Map<string, string[]>()

  value(type: 'counter' | 'gauge', name: string, help: string, labels: LabelPairs, value: number): void {
    this.#family(type, name, help).push(`${name}${labelText(labels)} ${value}`)
  }

  /** A histogram of times in ms, written in seconds. What is 0 or below counts under every bound. */
  times(name: string, help: string, labels: LabelPairs, histogram: Histogram): void {
    const lines = this.#family('histogram', name, help)
    const buckets = histogram.buckets()
    let below = histogram.count - buckets.reduce((sum, [, count]) => sum + count, 0)
    let at = 0
    for (const power of timePowers) {
      for (let bucket = buckets[at]; bucket && bucket[0] < power * bucketsPerDoubling; bucket = buckets[at]) {
        below += bucket[1]
        at += 1
      }
      lines.push(`${name}_bucket${labelText({ ...labels, le: String(2 ** power / 1000) })} ${below}`)
    }
    lines.push(`${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${histogram.count}`)
    lines.push(`${name}_sum${labelText(labels)} ${rounded(histogram.sum / 1000)}`, `${name}_count${labelText(labels)} ${histogram.count}`)
  }

  text(comment?: string): string {
    const head = comment === undefined ? '' : `# ${escapeHelp(comment)}\n`
    return head + [...this.#families.values()].map((lines) => `${lines.join('\n')}\n`).join('')
  }

  #family(type: FamilyType, name: string, help: string): string[] {
    let lines = this.#families.get(name)
    if (!lines) this.#families.set(name, (lines = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`]))
    return lines
  }
}

function labelText(labels: LabelPairs): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

/** Without the last bits that a division leaves: 0.0001 and not 0.00010000000000000002. */
function rounded(value: number): number {
  return Number(value.toPrecision(15))
}
