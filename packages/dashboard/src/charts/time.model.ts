import { formatClock } from '@millrace/ui'
import type { Tick } from './scale.model.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Distances between labels that a clock has. */
const steps = [5 * minuteMs, 15 * minuteMs, 30 * minuteMs, hourMs, 3 * hourMs, 6 * hourMs, 12 * hourMs, dayMs, 2 * dayMs, 7 * dayMs]
/** Room that a label needs, CSS pixels. */
const labelWidth = 64

/** Round times of the reader's clock in [`fromMs`, `toMs`], as many as fit into `width`, at most seven. */
export function timeTicks(fromMs: number, toMs: number, width: number): readonly Tick[] {
  const room = Math.max(1, Math.min(7, Math.floor(width / labelWidth)))
  const step = steps.find((candidate) => (toMs - fromMs) / candidate <= room) ?? toMs - fromMs
  const zoneMs = new Date(fromMs).getTimezoneOffset() * minuteMs
  const first = Math.ceil((fromMs - zoneMs) / step) * step + zoneMs
  const count = Math.max(0, Math.floor((toMs - first) / step) + 1)
  return Array.from({ length: count }, (_, index) => first + index * step).map((value) => ({
    value,
    label: step >= dayMs ? formatDay(value) : formatClock(value),
  }))
}

/** The start of a point as its readout names it: the clock, and the day where points are hours. */
export function formatPointTime(startMs: number, resolutionSeconds: number): string {
  return resolutionSeconds >= 3_600 ? `${formatDay(startMs)}, ${formatClock(startMs)}` : formatClock(startMs)
}

function formatDay(ms: number): string {
  const at = new Date(ms)
  return `${at.toLocaleDateString('en-US', { weekday: 'short' })} ${at.getDate()}`
}
