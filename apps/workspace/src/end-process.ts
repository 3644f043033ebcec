import { isMillraceError } from 'millrace'

/** Ctrl-C reaches a program that npm runs twice: from the terminal and from npm. */
const sameSignalMs = 500

/**
 * Ends the process in order at the first SIGTERM or SIGINT, with exit code 0, and at once at the second.
 * @param close gives back what is held; when it fails the exit code is 1
 */
export function endOnSignal(close: () => Promise<void>): void {
  let firstAtMs: number | undefined
  const end = () => {
    const nowMs = performance.now()
    if (firstAtMs === undefined) {
      firstAtMs = nowMs
      close().then(
        () => process.exit(0),
        (error: unknown) => {
          sayFailure(error)
          process.exit(1)
        },
      )
    } else if (nowMs - firstAtMs > sameSignalMs) process.exit(1)
  }
  process.on('SIGTERM', end).on('SIGINT', end)
}

/** One sentence for what a user can mend, the whole stack for what is our mistake. */
export function sayFailure(error: unknown): void {
  const text = isMillraceError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${text}\n`)
}
