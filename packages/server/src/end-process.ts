import { relative } from 'node:path'
import { isMillraceError } from '@millrace/connection'
import type { Connection } from '@millrace/connection'
import type { LogLevel } from './config/config.ts'

// For programs that run a server or its workers: what they say, and how they end.

/** Ctrl-C reaches a program that npm runs twice: from the terminal and from npm. */
const sameSignalMs = 500

/**
 * Calls `first` at the first SIGTERM or SIGINT, and `again` at a later one of somebody who does not want to wait: the same within 500 ms
 * is the same wish.
 * @returns stops listening, after which a signal ends the process as usual
 */
export function onSignals(first: (signal: NodeJS.Signals) => void, again: () => void): () => void {
  let firstAtMs: number | undefined
  const hear = (signal: NodeJS.Signals) => {
    const nowMs = performance.now()
    if (firstAtMs === undefined) {
      firstAtMs = nowMs
      first(signal)
    } else if (nowMs - firstAtMs > sameSignalMs) again()
  }
  process.on('SIGTERM', hear).on('SIGINT', hear)
  return () => void process.off('SIGTERM', hear).off('SIGINT', hear)
}

/**
 * Ends the process in order at the first SIGTERM or SIGINT, with exit code 0, and at once at the second, with 1.
 * @param close gives back what is held; when it fails, that is said on standard error and the exit code is that of the failure
 */
export function endOnSignal(close: (signal: NodeJS.Signals) => Promise<void>): void {
  const end = (signal: NodeJS.Signals) => {
    close(signal).then(
      () => process.exit(0),
      (error: unknown) => {
        sayFailure(error)
        process.exit(exitCodeOf(error))
      },
    )
  }
  onSignals(end, () => process.exit(1))
}

/** On standard error: one sentence for what a person can do something about; the rest is our mistake and keeps its stack. */
export function sayFailure(error: unknown): void {
  const text = isMillraceError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${text}\n`)
}

/** 2 for a command line or a variable that is wrong, else 1. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return isMillraceError(error, 'CONFIG_INVALID') || isMillraceError(error, 'OPTION_INVALID') ? 2 : 1
}

/** The level of a program's log: at a terminal, unless LOG_LEVEL says otherwise, only what a person must know. */
export function logLevelAt(isTerminal: boolean, configured: LogLevel): LogLevel {
  return isTerminal && !process.env['LOG_LEVEL'] ? 'warn' : configured
}

/** Where the store is, for a person: its address without credentials, or its folder as near as it is; and what its durability is. */
export function storeLine(connection: Connection): string {
  if (connection.kind === 'redis') return `${connection.description} (${connection.durability})`
  const near = relative(process.cwd(), connection.directory)
  return `a file in ${near === '' || near.startsWith('..') ? connection.directory : near} (${connection.durability})`
}
