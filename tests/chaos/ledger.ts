/**
 * The ledger of a chaos run: every process appends to a file of its own, one line an event, written at once, so that a SIGKILL
 * loses nothing it had said (the page cache survives the process).
 *
 * A line is `<µs> <event> <key> <details …>`; the time is the machine's monotonic clock, one for all processes.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export const events = [
  /** Before an enqueue. */
  'INTENT',
  /** The enqueue resolved. Details: message id, status. */
  'ACKED',
  /** The enqueue rejected. Detail: code. */
  'UNKNOWN',
  /** A handler begins. Details: fence, retries so far, message id. */
  'START',
  /** A handler is about to return or to throw. Details: fence, `ok` or `fail`. */
  'END',
  /** The payload is not what its producer wrote. Detail: fence. */
  'GARBLED',
  /** The store took a result. Details: fence, `completed`, `retrying` or `dead`. */
  'TAKEN',
  /** The store told its figures (key `-`). Details: enqueued, and the sum of ready, scheduled, active, completed, dead, removed. */
  'BALANCE',
] as const
export type LedgerEvent = (typeof events)[number]

export interface Entry {
  /** Monotonic, µs. */
  readonly at: number
  readonly event: LedgerEvent
  readonly key: string
  readonly details: readonly string[]
  /** The file it stands in: one process. */
  readonly process: string
}

const separator = ' '

export class Ledger {
  readonly #file: number

  /** Opens `<directory>/<name>.<pid>.log` for appending. */
  constructor(directory: string, name: string) {
    mkdirSync(directory, { recursive: true })
    this.#file = openSync(join(directory, `${name}.${process.pid}.log`), 'a')
  }

  write(event: LedgerEvent, key: string, ...details: readonly (string | number)[]): void {
    const at = process.hrtime.bigint() / 1000n
    writeSync(this.#file, `${[at, event, key, ...details].join(separator)}\n`)
  }

  close(): void {
    closeSync(this.#file)
  }
}

function parseLine(line: string, process: string): Entry {
  const [at, word, key, ...details] = line.split(separator)
  const event = events.find((known) => known === word)
  if (event === undefined || key === undefined) throw new Error(`${process} holds a line that is no entry: ${line}`)
  return { at: Number(at), event, key, details, process }
}

/** All entries of all processes whose ledger has this name (`''` is all), file by file. A torn last line (killed inside a write) is left out. */
export function* readLedgers(directory: string, ledger = ''): Generator<Entry> {
  for (const name of readdirSync(directory).sort()) {
    if (!name.startsWith(ledger) || !name.endsWith('.log')) continue
    const lines = readFileSync(join(directory, name), 'utf8').split('\n')
    lines.pop()
    for (const line of lines) yield parseLine(line, name)
  }
}
