import { setImmediate as turn } from 'node:timers/promises'

/** The event loop gets a turn this often, ms: the first look at a week adds up tens of thousands of histograms. */
const everyMs = 20

/** For a long computation to await between its steps: gives the event loop a turn when the last one is 20 ms ago. */
export function turns(): () => Promise<void> {
  let nextAtMs = performance.now() + everyMs
  return async () => {
    if (performance.now() <= nextAtMs) return
    await turn()
    nextAtMs = performance.now() + everyMs
  }
}
