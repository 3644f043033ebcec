import type { ProcedureContext } from '@millrace/connection'
import { queueState, touch } from '../queue-state.ts'
export { prepare } from '../schema.ts'

/** Keeps the settings, and makes the queue exist. O(1). */
export function run(context: ProcedureContext, { queue, settings }: { readonly queue: string; readonly settings: string }): void {
  const state = queueState(context, queue)
  state.settings = settings
  touch(context, state)
}
