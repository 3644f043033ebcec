import type { QueueStats } from '@millrace/queue'
import type { Paint } from './print.ts'

const columns = ['QUEUE', 'READY', 'SCHEDULED', 'ACTIVE', 'DEAD', 'OLDEST', 'DONE/S', 'WAIT P95', 'RUN P95', 'WORKERS'] as const

/** One line a queue; a queue that is paused, holds dead messages or has work and no worker is marked. */
export function queueTable(queues: readonly QueueStats[], paint: Paint): string {
  const rows = queues.map(cellsOf)
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((cells) => cells[at]!.length)))
  const line = (cells: readonly string[], mark: (text: string, at: number) => string) =>
    cells.map((cell, at) => mark(at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!), at)).join('  ')
  const lines = rows.map((cells, row) => line(cells, (text, at) => marked(text, at, queues[row]!, paint)))
  return `${[line(columns, (text) => paint.bold(text)), ...lines].join('\n')}\n`
}

function cellsOf(queue: QueueStats): string[] {
  const { counts, oldestReadyAgeMs, throughput, waitMs, runMs, workers } = queue
  return [
    queue.paused ? `${queue.name} (paused)` : queue.name,
    count(counts.ready),
    count(counts.scheduled),
    count(counts.active),
    count(counts.dead),
    duration(oldestReadyAgeMs),
    throughput.completedPerSecond.toFixed(1),
    duration(waitMs.p95),
    duration(runMs.p95),
    count(workers),
  ]
}

function marked(text: string, at: number, queue: QueueStats, paint: Paint): string {
  const column = columns[at]
  if (column === 'DEAD' && queue.counts.dead > 0) return paint.red(text)
  if (column === 'WORKERS' && queue.workers === 0 && queue.counts.ready > 0) return paint.red(text)
  if (column === 'QUEUE' && queue.paused) return paint.yellow(text)
  return text
}

const count = (value: number) => value.toLocaleString('en-US')

/** Three digits of the unit a person would use; `-` for what is not known. */
export function duration(ms: number | null): string {
  if (ms === null) return '-'
  const [value, unit] =
    ms < 1_000 ? [ms, 'ms'] : ms < 60_000 ? [ms / 1_000, 's'] : ms < 3_600_000 ? [ms / 60_000, 'min'] : [ms / 3_600_000, 'h']
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')} ${unit}`
}
