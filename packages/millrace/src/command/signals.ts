/**
 * Calls `first` at the first SIGTERM or SIGINT, and ends the process at once, with code 1, at a later one of somebody who does not want
 * to wait. The same signal within 500 ms is the same wish: npm passes on what the terminal has sent already.
 */
export function onFirstSignal(first: (signal: NodeJS.Signals) => void): void {
  let firstAtMs: number | undefined
  const hear = (signal: NodeJS.Signals) => {
    const nowMs = performance.now()
    if (firstAtMs === undefined) {
      firstAtMs = nowMs
      first(signal)
    } else if (nowMs - firstAtMs > 500) process.exit(1)
  }
  process.on('SIGTERM', hear).on('SIGINT', hear)
}
