import { readFileSync } from 'node:fs'
import { MillraceError } from '@millrace/connection'
import type { ProcedureContext } from '@millrace/connection'

/** Of the tables in schema.sql. A release reads the formats up to its own. */
const format = 1

/** Makes the tables where they are missing. Every procedure exports it, since any of them may be the first to run. */
export function prepare({ database }: ProcedureContext): void {
  database.exec(readFileSync(new URL('./schema.sql', import.meta.url), 'utf8'))
  const found = Number(database.prepare('SELECT version FROM queue_format').get()?.['version'])
  if (found > format) {
    throw new MillraceError(
      'STORE_PATH_INVALID',
      `The queues of this file were written by a newer release (format ${found}, this one reads ${format}); start that release.`,
    )
  }
}
