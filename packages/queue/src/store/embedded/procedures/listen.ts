import type { ProcedureContext } from '@millrace/connection'
import { addListener, removeListener } from '../listeners.ts'

export interface ListenCall {
  readonly channel: string
  /** Unique in this process. */
  readonly listener: number
  readonly listens: boolean
}

/** Tells the store's thread who listens, so that a wake-up goes to somebody who hears it. O(1). */
export function run(_context: ProcedureContext, { channel, listener, listens }: ListenCall): void {
  if (listens) addListener(channel, listener)
  else removeListener(channel, listener)
}
