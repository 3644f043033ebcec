import { MillraceError } from '@millrace/connection'
import { refuseUnknown, requireNumber, requireObject, shown } from './check.ts'
import type { DedupeRule } from './store/store.ts'

/**
 * A key that at most one message of the queue holds at a time: while it is held, `enqueue` stores nothing and answers `duplicate` with the
 * id of the holder. Every end of the holder frees the key: completed, dead, cancelled, purged or removed by retention; a dead one that is
 * redriven takes it again. Not together with `id`, which names one message for ever.
 */
export interface Dedupe {
  /** 1–128 printable ASCII characters without space, known to this queue only. */
  readonly key: string
  /**
   * How long it is held: until the message is `finished`, or until it is first claimed (`started`), so that one message may wait while
   * another runs. @defaultValue 'finished'; 'started' with `replace`, since what comes while the holder runs would be lost otherwise
   */
  readonly until?: 'finished' | 'started'
  /** Instead of `until`: held for this long from enqueue, also after the message is completed, ms. 1…10 years. At most one message in that time. */
  readonly windowMs?: number
  /**
   * The later message is not dropped: a holder that waits gets its payload and options, keeping level, id and place. With `delayMs` or
   * `scheduledFor` the holder waits until that time anew, so that the last of a burst counts, when the burst is over.
   * @defaultValue false
   */
  readonly replace?: boolean
}

const names: ReadonlySet<string> = new Set(['key', 'until', 'windowMs', 'replace'] satisfies (keyof Dedupe)[])
const allowedKey = /^[!-~]{1,128}$/
const tenYearsMs = 3652.5 * 86_400_000

/** @throws OPTION_INVALID naming the field and what is allowed */
export function requireDedupe(dedupe: unknown): DedupeRule {
  const given = requireObject('enqueue: dedupe', dedupe) as Dedupe
  refuseUnknown('enqueue: dedupe', given, names)
  const { key, until, windowMs, replace = false } = given
  if (typeof key !== 'string' || !allowedKey.test(key)) {
    throw invalid(`\`dedupe.key\` must be 1 to 128 printable ASCII characters without space, got ${shown(key)}`)
  }
  if (typeof replace !== 'boolean') throw invalid(`\`dedupe.replace\` must be true or false, got ${shown(replace)}`)
  if (until !== undefined && until !== 'finished' && until !== 'started') {
    throw invalid(`\`dedupe.until\` must be 'finished' or 'started', got ${shown(until)}; for a time give \`windowMs\``)
  }
  if (windowMs === undefined) return { key, until: until ?? (replace ? 'started' : 'finished'), windowMs: 0, replace }
  if (until !== undefined) throw invalid('give `dedupe.until` or `dedupe.windowMs`, not both')
  const span = requireNumber('enqueue', 'dedupe.windowMs', windowMs, { min: 1, max: tenYearsMs })
  return { key, until: 'window', windowMs: Math.ceil(span), replace }
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `enqueue: ${message}`)
}
