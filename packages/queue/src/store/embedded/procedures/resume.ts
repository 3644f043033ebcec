import type { ProcedureContext } from '@millrace/connection'
import { queueState, touch } from '../queue-state.ts'
import { wakeOne } from '../signals.ts'
export { prepare } from '../schema.ts'

/** Messages are given out again, and one idle worker is woken. O(workers). */
export function run(context: ProcedureContext, { queue }: { readonly queue: string }): void {
  const state = queueState(context, queue)
  if (state.figures.paused) {
    state.figures.paused = false
    touch(context, state)
  }
  wakeOne(context, state)
}
