import { MillraceError } from '@millrace/connection'
import { shown } from './check.ts'

const allowed = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** @throws QUEUE_NAME_INVALID unless `name` is 1 to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit */
export function requireQueueName(name: unknown): string {
  if (typeof name === 'string' && allowed.test(name)) return name
  throw new MillraceError(
    'QUEUE_NAME_INVALID',
    `a queue's name is 1 to 64 characters of A-Z a-z 0-9 . _ - and begins with a letter or digit, got ${shown(name)}`,
  )
}
