import { MillraceError } from '@millrace/connection'

/** A record that cannot be read: the call is undone and the record stays as it is, until an operator cancels, purges or repairs it. */
export function corruptRecord(what: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'STORE_CORRUPT',
    `${what} cannot be read; it was left as it is. Cancel or purge it, or restore the file from a copy.`,
    {
      cause,
    },
  )
}

/** Parses stored JSON text; the type is the caller's word. @throws STORE_CORRUPT naming `what` */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- JSON.parse knows no types: one place casts instead of each caller
export function parseStored<Value>(text: unknown, what: string): Value {
  if (typeof text !== 'string') throw corruptRecord(what)
  try {
    return JSON.parse(text) as Value
  } catch (error) {
    throw corruptRecord(what, error)
  }
}
