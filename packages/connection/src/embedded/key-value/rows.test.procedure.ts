import { defineProcedure } from '../procedure.ts'
import type { ProcedureContext } from '../procedure.ts'

/** How many rows the key-value tables hold, whatever of them can be seen. */
export const rowCount = defineProcedure<null, number>('rows', new URL('./rows.test.procedure.js', import.meta.url))

export function run({ database }: ProcedureContext): number {
  const tables = ['kv_entry', 'kv_field', 'kv_member', 'kv_item']
  return tables.reduce((sum, table) => sum + Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']), 0)
}
