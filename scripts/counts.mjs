// The closing line of a lane and of all of them: `N passed, N failed`, and `, N skipped` where some were.

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * What the last line of an output counts; undefined where it counts nothing.
 *
 * @param {string} output
 * @returns {Counts | undefined}
 */
export function countsOfLine(output) {
  const found = /(?:^|\n)(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/.exec(output)
  return found ? { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3] ?? 0) } : undefined
}

/** @param {Counts} counts */
export function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
