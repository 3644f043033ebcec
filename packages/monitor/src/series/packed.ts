/** What tells the series of one metric apart. */
export interface Labels {
  readonly method?: string
  readonly endpoint?: string
  readonly queue?: string
  readonly level?: string
}

const version = '2'
/** The same few thousand keys are asked for again and again. */
const maxParsed = 10_000
const parsed = new Map<string, SeriesName>()

export interface SeriesName {
  readonly metric: string
  readonly labels: Labels
}

const labelNames = ['method', 'endpoint', 'queue', 'level'] as const

/** Metric and labels as one word without line breaks; equal labels give equal keys. */
export function seriesKey(metric: string, labels: Labels): string {
  return `${metric}\t${JSON.stringify(labelNames.flatMap((name) => (labels[name] === undefined ? [] : [name, labels[name]])))}`
}

export function parseSeriesKey(key: string): SeriesName {
  const known = parsed.get(key)
  if (known) return known
  const tab = key.indexOf('\t')
  const parts = JSON.parse(key.slice(tab + 1)) as string[]
  const labels: Record<string, string> = {}
  for (let at = 0; at + 1 < parts.length; at += 2) labels[String(parts[at])] = String(parts[at + 1])
  const name = { metric: key.slice(0, tab), labels }
  if (parsed.size >= maxParsed) parsed.clear()
  parsed.set(key, name)
  return name
}

/** One process's share of a bucket: a version, then a line a series: its key, a tab, its encoded histogram. */
export function pack(series: Iterable<readonly [key: string, histogram: string]>): string {
  let text = version
  for (const [key, histogram] of series) text += `\n${key}\t${histogram}`
  return text
}

/** The lines of a packed share. What another version wrote is left out: figures must not stop the rest. */
export function unpack(text: string): (readonly [key: string, histogram: string])[] {
  const [head, ...lines] = text.split('\n')
  if (head !== version) return []
  return lines.flatMap((line) => {
    const tab = line.lastIndexOf('\t')
    return tab > 0 ? [[line.slice(0, tab), line.slice(tab + 1)] as const] : []
  })
}
