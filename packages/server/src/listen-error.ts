import { once } from 'node:events'
import { createServer } from 'node:net'
import { MillraceError } from '@millrace/connection'
import type { Config } from './config/config.ts'

/**
 * Tries whether a server of this configuration could listen, before anything is made for it.
 * @throws MillraceError PORT_IN_USE, HOST_UNUSABLE
 */
export async function requireFreePort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<void> {
  const probe = createServer().listen({ host, port })
  try {
    await once(probe, 'listening')
  } catch (error) {
    throw listenError(error, host, port)
  }
  probe.close()
  await once(probe, 'close')
}

/** Why a server cannot listen, and what to do. */
export function listenError(error: unknown, host: string, port: number): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new MillraceError('PORT_IN_USE', `Port ${port} on ${host} is in use by another program. Stop it, or set PORT to a free one.`, {
        cause: error,
      })
    case 'EACCES':
      return new MillraceError('PORT_IN_USE', `Port ${port} may not be used by this user. Set PORT to one above 1023.`, { cause: error })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new MillraceError(
        'HOST_UNUSABLE',
        `HOST is ${host}, which is no address of this machine. Set HOST to 127.0.0.1, 0.0.0.0 or one of its addresses.`,
        { cause: error },
      )
    default:
      return error
  }
}
