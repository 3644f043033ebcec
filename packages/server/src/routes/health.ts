import { MillraceError } from '@millrace/connection'
import type { Connection, ConnectionHealth } from '@millrace/connection'
import { defineHandlers } from '../http/handler.ts'

/** Whether the process runs, and whether its store answers. Both are public, so neither tells a figure. */
export function healthHandlers(connection: Connection, isDraining: () => boolean = () => false) {
  let asking: Promise<ConnectionHealth> | undefined
  /** Many probes at once ask the store once. */
  const ask = () => (asking ??= connection.health().finally(() => (asking = undefined)))
  return defineHandlers({
    getLive: () => ({ status: 'live' }),
    getReady: async () => {
      if (isDraining()) throw new MillraceError('SHUTTING_DOWN', 'This server is about to shut down; use another one.')
      const health = await ask().catch((error: unknown) => {
        throw new MillraceError('NOT_READY', 'The store does not answer.', { cause: error })
      })
      if (!health.connected || health.latencyMs === null) throw new MillraceError('NOT_READY', 'The store does not answer.')
      return { status: 'ready' }
    },
  })
}
