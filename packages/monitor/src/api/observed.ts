import { sampleMs } from '../collectors/record-sample.ts'
import { seriesKey } from '../series/packed.ts'
import type { Window } from '../series/window.ts'

/** Each process that collects records it with every sample. */
const sampledKey = seriesKey('monitor.series', {})
const minuteMs = 60_000

/**
 * For how many seconds of a range requests were counted, so that a mean is not over time before anybody was there: the time in which
 * processes collected, to 5 s. Where none does, since the bucket of the first request, a minute at least.
 */
export function observedSeconds({ api, system }: { readonly api: Window; readonly system: Window }, nowMs: number): number {
  const sampledMs = system.sampledMs(sampledKey, sampleMs, nowMs)
  const ms = sampledMs > 0 ? Math.max(sampleMs, sampledMs) : Math.max(minuteMs, nowMs - (api.firstMs() ?? nowMs))
  return ms / 1000
}
