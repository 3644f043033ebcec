import type { ProcedureContext } from '@millrace/connection'
import type { MessageQuery, StoredMessage, StoreStats } from '../../store.ts'
import { locate } from '../locate.ts'
import { readPage } from '../pages.ts'
import { queueState } from '../queue-state.ts'
import { readStats } from '../stats.ts'
import { readStored } from '../stored-message.ts'
export { prepare } from '../schema.ts'

export type InspectCall = { readonly queue: string } & (
  | { readonly what: 'stats' | 'settings' }
  | { readonly what: 'message'; readonly id: string }
  | { readonly what: 'messages'; readonly query: MessageQuery }
)

export interface PageAnswer {
  readonly messages: readonly StoredMessage[]
  readonly cursor: string | null
  readonly truncated: boolean
}

/** Reads, and changes nothing. */
export function run(context: ProcedureContext, call: InspectCall): StoreStats | string | StoredMessage | PageAnswer | undefined {
  const state = queueState(context, call.queue)
  switch (call.what) {
    case 'stats':
      return readStats(context, state)
    case 'settings':
      return state.settings ?? undefined
    case 'message': {
      const found = locate(context, state, call.id)
      return found && readStored(context, state, call.id, found)
    }
    case 'messages':
      return readPage(context, state, call.query)
  }
}
