import { MillraceError } from '@millrace/connection'
import { requireNumber } from '../check.ts'
import type { Message } from '../message.ts'
import { keptBytes } from '../policy/retention.ts'
import type { ClaimedMessage } from '../store/store.ts'
import type { AttemptContext } from './handler.ts'

/** How an attempt ended. */
export type Verdict = { readonly kind: 'done'; readonly value: unknown } | { readonly kind: 'failed'; readonly error: unknown }

/** What a handler told about its message while it ran, not yet sent. */
export interface Report {
  ratio?: number
  note?: string
  lines?: string[]
}

/** Hears that an attempt has something to report. */
export type Reporter = (attempt: Attempt) => void

const noTags: readonly string[] = Object.freeze([])
const maxLines = 100

/**
 * One claimed message in this process. waiting (claimed, no slot yet) → running → over. It is over once: whatever comes first of the
 * handler's answer, a timeout, a cancel, a lost lease or the shutdown; the rest is ignored.
 */
export class Attempt {
  readonly claim: ClaimedMessage
  readonly nonce: string
  /** By the engine's clock, ms; 0 until it runs. */
  startedAt = 0
  over = false
  runMs = 0
  verdict: Verdict | undefined
  message: Message | undefined
  /** Ends the timeout's timer. */
  stopTimer: (() => void) | undefined
  report: Report | undefined
  readonly #reporter: Reporter
  #controller: AbortController | undefined
  #reason: MillraceError | undefined

  constructor(claim: ClaimedMessage, nonce: string, reporter: Reporter) {
    this.claim = claim
    this.nonce = nonce
    this.#reporter = reporter
  }

  get number(): number {
    return this.claim.retries + this.claim.crashes + 1
  }

  /** Made when first asked for: most handlers never look. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.#reason) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  abort(reason: MillraceError): void {
    this.#reason = reason
    this.#controller?.abort(reason)
  }

  progress(ratio: number, note?: string): void {
    requireNumber('progress', 'ratio', ratio, { min: 0, max: 1 })
    this.#tell({ ratio, ...(note === undefined ? {} : { note: String(note).slice(0, 256) }) })
  }

  log(line: string): void {
    this.#tell({ lines: [cut(String(line), keptBytes.logLine)] })
  }

  /** Reads the payload. @throws SyntaxError when the stored bytes are no JSON */
  open(): Message {
    const { claim } = this
    this.message = {
      id: claim.id,
      name: claim.options?.name ?? 'default',
      payload: JSON.parse(claim.payload) as unknown,
      priority: claim.level,
      attempt: this.number,
      retries: claim.retries,
      createdAtMs: claim.createdAtMs,
      scheduledFor: claim.scheduledForMs,
      tags: claim.options?.tags ?? noTags,
    }
    return this.message
  }

  #tell(report: Report): void {
    if (this.over) return
    const known = this.report
    if (!known) {
      this.report = report
      this.#reporter(this)
      return
    }
    if (report.ratio !== undefined) known.ratio = report.ratio
    if (report.note !== undefined) known.note = report.note
    if (report.lines) known.lines = [...(known.lines ?? []), ...report.lines].slice(-maxLines)
  }
}

/** What the handler sees of its attempt. `progress` and `log` may be taken out of it and called by themselves. */
export class Context implements AttemptContext {
  readonly #attempt: Attempt

  constructor(attempt: Attempt) {
    this.#attempt = attempt
  }

  get signal(): AbortSignal {
    return this.#attempt.signal
  }

  get fence(): number {
    return this.#attempt.claim.fence
  }

  get attempt(): number {
    return this.#attempt.number
  }

  get progress(): AttemptContext['progress'] {
    return (ratio, note) => this.#attempt.progress(ratio, note)
  }

  get log(): AttemptContext['log'] {
    return (line) => this.#attempt.log(line)
  }
}

/** At most `bytes` bytes of UTF-8, ending in … when something was left out. */
export function cut(text: string, bytes: number): string {
  if (text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes) return text
  const kept = Buffer.from(text)
    .subarray(0, bytes - 3)
    .toString('utf8')
  return `${kept.replace(/\uFFFD+$/, '')}…`
}

/** The reasons an attempt's signal aborts with. */
export const abortReason = {
  timeout: (timeoutMs: number) =>
    new MillraceError('TIMEOUT', `the attempt ran longer than its timeoutMs of ${timeoutMs.toLocaleString('en-US')}`),
  cancelled: (id: string) => new MillraceError('CANCELLED', `the message ${id} was cancelled`),
  leaseLost: (worker: string) => new MillraceError('LEASE_LOST', `the worker ${worker} lost its lease; its messages may run elsewhere`),
  shutdown: () => new MillraceError('SHUTDOWN', 'the worker is closing and its deadline has come; the message is handed back'),
}
