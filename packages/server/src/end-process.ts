import { isMillraceError } from 'millrace'
import type { LogLevel } from 'millrace/server'

/** Ctrl-C reaches a program that npm runs twice: from the terminal and from npm. */
const sameSignalMs = 500

/**
 * Calls `first` at the first SIGTERM or SIGINT, and `again` at a later one of somebody who does not want to wait.
 * @returns stops listening, after which a signal ends the process as usual
 */
export function onSignals(first: () => void, again: () => void): () => void {
  let firstAtMs: number | undefined
  const hear = () => {
    const nowMs = performance.now()
    if (firstAtMs === undefined) {
      firstAtMs = nowMs
      first()
    } else if (nowMs - firstAtMs > sameSignalMs) again()
  }
  process.on('SIGTERM', hear).on('SIGINT', hear)
  return () => void process.off('SIGTERM', hear).off('SIGINT', hear)
}

/**
 * Ends the process in order at the first SIGTERM or SIGINT, with exit code 0, and at once at the second, with 1.
 * @param close gives back what is held; when it fails the exit code is 1
 */
export function endOnSignal(close: () => Promise<void>): void {
  const end = () => {
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        sayFailure(error)
        process.exit(1)
      },
    )
  }
  onSignals(end, () => process.exit(1))
}

/** One sentence for what a user can mend, the whole stack for what is our mistake. */
export function sayFailure(error: unknown): void {
  const text = isMillraceError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${text}\n`)
}

/** The level of a program's log: at a terminal, unless LOG_LEVEL says otherwise, only what a person must know. */
export function logLevelAt(terminal: boolean, configured: LogLevel): LogLevel {
  return terminal && !process.env['LOG_LEVEL'] ? 'warn' : configured
}
