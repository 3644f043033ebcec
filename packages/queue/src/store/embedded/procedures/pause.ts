import type { ProcedureContext } from '@millrace/connection'
import { queueState, touch } from '../queue-state.ts'
export { prepare } from '../schema.ts'

/** From now on nothing is claimed. O(1). */
export function run(context: ProcedureContext, { queue }: { readonly queue: string }): void {
  const state = queueState(context, queue)
  if (state.figures.paused) return
  state.figures.paused = true
  touch(context, state)
}
