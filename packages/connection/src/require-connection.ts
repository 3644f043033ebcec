import { MillraceError } from './errors.ts'
import type { Connection } from './connection.ts'

/**
 * For whatever is given a connection: tells at once of an `await` that was forgotten, which would otherwise show at the first call.
 * @param where what was given it, as the message names it
 * @throws MillraceError OPTION_INVALID unless `value` is what `connect` answered
 */
export function requireConnection(where: string, value: unknown): Connection {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Partial<Connection & PromiseLike<unknown>>
  if (typeof given.keyValue === 'function') return value as Connection
  const came =
    typeof given.then === 'function' ? 'a promise: write await connect(…)' : value === null ? 'null' : `a value of type ${typeof value}`
  throw new MillraceError('OPTION_INVALID', `${where}: \`connection\` must be what connect() answered, got ${came}`)
}
